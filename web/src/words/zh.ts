// Terms are those of docs/glossary.md. Each file has the words of one audience; `session` those of all.
import { casework } from './zh/casework';
import { department } from './zh/department';
import { desk } from './zh/desk';
import { map } from './zh/map';
import { phone } from './zh/phone';
import { report } from './zh/report';
import { session } from './zh/session';
import { wall } from './zh/wall';

export const zh = { ...map, ...session, ...casework, ...desk, ...department, ...wall, ...phone, ...report } as const;

export type Key = keyof typeof zh;
