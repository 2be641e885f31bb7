import { casework } from './en/casework';
import { department } from './en/department';
import { desk } from './en/desk';
import { map } from './en/map';
import { phone } from './en/phone';
import { report } from './en/report';
import { session } from './en/session';
import { wall } from './en/wall';
import type { Key } from './zh';

export const en: Record<Key, string> = {
  ...map,
  ...session,
  ...casework,
  ...desk,
  ...department,
  ...wall,
  ...phone,
  ...report,
};
