-- What keeps the house: settings, nodes, jobs, facts, access.

create table setting (
  key        text primary key,
  value      text not null,
  updated_at bigint not null
);

create table node (
  number      {id},
  owner       text not null,
  version     text not null,
  started_at  bigint not null,
  lease_until bigint not null
);

create table job (
  id           {id},
  queue        text not null,
  kind         text not null,
  args         text not null,
  state        text not null,
  priority     bigint not null,
  attempt      bigint not null,
  max_attempts bigint not null,
  run_at       bigint not null,
  lease_until  bigint not null,
  owner        text not null,
  unique_key   text,
  last_error   text not null,
  created_at   bigint not null,
  finished_at  bigint not null
);
create index job_ready on job (queue, priority, run_at, id) where state = 'ready';
create index job_lease on job (lease_until) where state = 'running';
create index job_dead on job (id) where state = 'dead';
create index job_done on job (finished_at) where state = 'done';
create unique index job_unique on job (unique_key) where state in ('ready', 'running') and unique_key is not null;

create table job_slot (
  name text not null,
  slot bigint not null,
  primary key (name, slot)
);

-- Everything that happened. Ids sort by time. tx is the PostgreSQL transaction,
-- so that a reader skips nothing that commits late; 0 on SQLite.
create table fact (
  id      {id},
  tx      bigint not null default {tx},
  kind    text not null,
  at      bigint not null,
  code    bigint not null default 0,
  channel bigint not null default 0,
  target  bigint not null default 0,
  visitor bigint not null default 0,
  contact bigint not null default 0,
  staff   bigint not null default 0,
  scan    bigint not null default 0,
  data    text not null default ''
);
create index fact_code on fact (code, id) where code <> 0;
create index fact_contact on fact (contact, id) where contact <> 0;
create index fact_scan on fact (scan, id) where scan <> 0;
--postgres create index fact_tx on fact (tx, id);

create table fact_cursor (
  consumer text primary key,
  tx       bigint not null,
  id       bigint not null
);

create table inbox_event (
  id          {id},
  digest      {bytes} not null unique,
  corp        text not null,
  agent       text not null,
  name        text not null,
  body        {bytes} not null,
  received_at bigint not null
);

create table account (
  id            {id},
  login         text not null unique,
  name          text not null,
  password_hash text not null,
  role          text not null,
  scope         text not null,
  department    bigint not null default 0,
  staff         bigint not null default 0,
  locale        text not null default 'zh-CN',
  disabled      bigint not null default 0,
  version       bigint not null default 1,
  created_at    bigint not null,
  last_login_at bigint not null default 0
);

create table session (
  token_hash {bytes} primary key,
  account    bigint not null references account (id),
  created_at bigint not null,
  seen_at    bigint not null,
  expires_at bigint not null,
  address    text not null,
  agent      text not null
);
create index session_account on session (account);

create table login_attempt (
  bucket   text primary key,
  failures bigint not null,
  until    bigint not null,
  since    bigint not null
);

create table api_key (
  id           {id},
  name         text not null,
  token_hash   {bytes} not null unique,
  hint         text not null,
  role         text not null,
  created_by   bigint not null,
  created_at   bigint not null,
  expires_at   bigint not null,
  last_used_at bigint not null default 0,
  revoked_at   bigint not null default 0
);

create table idempotency (
  key        text not null,
  actor      text not null,
  request    {bytes} not null,
  status     bigint not null,
  headers    text not null,
  body       {bytes} not null,
  created_at bigint not null,
  primary key (actor, key)
);
create index idempotency_age on idempotency (created_at);

-- Who did what. Each row's hash covers the row before it.
create table audit (
  seq        bigint primary key,
  at         bigint not null,
  actor_kind text not null,
  actor      text not null,
  actor_name text not null,
  action     text not null,
  object     text not null,
  object_id  text not null,
  detail     text not null,
  address    text not null,
  hash       {bytes} not null
);
create index audit_object on audit (object, object_id, seq);

create table asset (
  hash text primary key,
  mime text not null,
  body {bytes} not null
);
