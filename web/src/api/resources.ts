// What the service says, by the names that the pages use. Made of `openapi.json` (`npm run types`).

import type { components } from './schema';

type Schemas = components['schemas'];

export type ActionKind = Schemas['ActionKind'];
export type Actor = Schemas['Actor'];
export type Attendance = Schemas['Attendance'];
export type Camera = Schemas['CameraProperties'];
export type Candidate = Schemas['Candidate'];
export type Case = Schemas['Case'];
export type CaseDetail = Schemas['CaseDetail'];
export type CaseList = Schemas['CaseList'];
export type Category = Schemas['CategoryItem'];
export type Clock = Schemas['Clock'];
export type Counted = Schemas['BehindCase'];
export type Department = Schemas['DepartmentItem'];
export type Evidence = Schemas['Evidence'];
export type Entry = Schemas['Entry'];
export type Finding = Schemas['Finding'];
export type Followed = Schemas['FollowAnswer'];
export type Grid = Schemas['GridProperties'];
export type HeatLegend = Schemas['Legend'];
export type Level = Schemas['Level'];
export type Light = Schemas['Light'];
export type Link = Schemas['Link'];
export type LiveMessage = Schemas['LiveMessage'];
export type Next = Schemas['Next'];
export type Notice = Schemas['NoticeBody'];
export type Order = Schemas['Order'];
export type Place = Schemas['PlaceProperties'];
export type Placed = Schemas['Placed'];
export type Position = Schemas['Position'];
export type Record = Schemas['Record'];
export type Report = Schemas['ReportDetail'];
export type ReportAnswer = Schemas['ReportAnswer'];
export type ReportBody = Schemas['ReportBody'];
export type Role = Schemas['Role'];
export type Site = Schemas['SiteBody'];
export type StepBody = Schemas['StepBody'];
export type Tally = Schemas['TallyAnswer'];
export type Task = Schemas['ListedTask'];
export type TaskBody = Schemas['TaskBody'];
export type TrailStep = Schemas['TrailStep'];
export type Turn = Schemas['Turn'];
export type Visit = Schemas['Visit'];
export type VisitDone = Schemas['DoneBody'];
export type Worker = Schemas['OnDuty'];
export type WorkList = Schemas['WorkList'];

/** What has a code and a name, maybe one in English. */
export interface Named {
  code: string;
  name: string;
  name_en?: string | null;
}
