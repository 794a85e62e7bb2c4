import type { components } from "./schema.gen";

/** The API's shapes under short names; schema.gen.ts is made from the server's OpenAPI document. */
type Schemas = components["schemas"];

export type Page<T> = { items: T[]; next_cursor: string | null; total: number };

export type Account = Schemas["Account"];
export type ApiKey = Schemas["APIKey"];
export type Attachment = Schemas["WelcomeAttachment"];
export type AuditRow = Schemas["AuditRow"];
export type Change = Schemas["Change"];
export type Channel = Schemas["Channel"];
export type Check = Schemas["Check"];
export type CodeDraft = Schemas["CodeDraft"];
export type CodePatch = Schemas["CodePatch"];
export type CodePage = Schemas["CodePage"];
export type CodeReport = Schemas["CodeReport"];
export type Contact = Schemas["Contact"];
export type Diff = Schemas["Diff"];
export type Fallback = Schemas["Fallback"];
export type Group = Schemas["Group"];
export type Home = Schemas["Home"];
export type Job = Schemas["Job"];
export type Kpi = Schemas["KPI"];
export type LiveCode = Schemas["LiveCode"];
export type LoginSession = Schemas["Session"];
export type Me = Schemas["Me"];
export type Member = Schemas["Member"];
export type MemberDraft = Schemas["MemberDraft"];
export type Moment = Schemas["Moment"];
export type NewApiKey = Schemas["NewAPIKey"];
export type Pool = Schemas["Pool"];
export type PoolDraft = Schemas["PoolDraft"];
export type Preview = Schemas["PreviewInBody"];
export type Rate = Schemas["Rate"];
export type Ref = Schemas["Ref"];
export type ScanRow = Schemas["ScanRow"];
export type Staff = Schemas["Staff"];
export type SyncState = Schemas["SyncState"];
export type Tag = Schemas["Tag"];
export type TagGroup = Schemas["TagGroup"];
export type TargetShare = Schemas["TargetShare"];
export type Trace = Schemas["Trace"];
export type TrendPoint = Schemas["TrendPoint"];
export type WeCom = Schemas["WeCom"];
export type WeComCheck = Schemas["WeComCheck"];
export type Welcome = Schemas["Welcome"];
