-- Mirrors of WeCom, people, codes, seats.

create table department (
  wecom_id  bigint primary key,
  parent    bigint not null,
  name      text not null,
  synced_at bigint not null
);

create table staff (
  id            {id},
  userid        text not null unique,
  name          text not null,
  departments   text not null,
  status        bigint not null,
  follows       bigint not null,
  daily_cap     bigint not null,
  paused_until  bigint not null default 0,
  synced_at     bigint not null,
  removed_at    bigint not null default 0,
  version       bigint not null default 1
);

create table customer_group (
  id             {id},
  chat_id        text not null unique,
  name           text not null,
  owner          text not null,
  status         text not null,
  members        bigint not null,
  externals      bigint not null,
  member_version text not null,
  created_at     bigint not null,
  synced_at      bigint not null,
  version        bigint not null default 1
);

-- A person (contact) or a staff member in a group. left_at 0: still there.
create table participant (
  customer_group bigint not null references customer_group (id),
  contact        bigint not null,
  staff          bigint not null,
  scene          bigint not null,
  state          text not null,
  joined_at      bigint not null,
  left_at        bigint not null default 0,
  primary key (customer_group, contact, staff)
);
create index participant_contact on participant (contact) where contact <> 0;

create table channel (
  id         {id},
  parent     bigint not null,
  name       text not null,
  abbr       text not null,
  kind       bigint not null,
  tag        bigint not null default 0,
  archived   bigint not null default 0,
  version    bigint not null default 1,
  created_at bigint not null
);
create unique index channel_name on channel (parent, name);

create table tag_group (
  id       {id},
  wecom_id text not null,
  name     text not null unique,
  seq      bigint not null,
  removed  bigint not null default 0
);

create table tag (
  id        {id},
  tag_group bigint not null references tag_group (id),
  wecom_id  text not null,
  name      text not null,
  seq       bigint not null,
  removed   bigint not null default 0
);
create unique index tag_name on tag (tag_group, name);

create table contact (
  id           {id},
  xid_hash     {bytes} not null unique,
  xid          {bytes} not null,
  union_hash   {bytes},
  unionid      {bytes},
  name         {bytes} not null,
  name_hash    {bytes} not null,
  avatar       text not null,
  type         bigint not null,
  gender       bigint not null,
  friends      bigint not null default 0,
  code         bigint not null default 0,
  channel      bigint not null default 0,
  tier         text not null default '',
  first_scan   bigint not null default 0,
  added_at     bigint not null default 0,
  lost_at      bigint not null default 0,
  seen_at      bigint not null,
  created_at   bigint not null
);
create index contact_union on contact (union_hash) where union_hash is not null;
create index contact_name on contact (name_hash);
create index contact_code on contact (code, id) where code <> 0;

create table follow (
  contact  bigint not null references contact (id),
  staff    bigint not null references staff (id),
  active   bigint not null,
  state    text not null,
  code     bigint not null,
  channel  bigint not null,
  add_way  bigint not null,
  remark   {bytes},
  added_at bigint not null,
  lost_at  bigint not null default 0,
  lost_by  text not null default '',
  primary key (contact, staff)
);
create index follow_staff on follow (staff, active);

create table contact_tag (
  contact bigint not null,
  staff   bigint not null,
  tag     bigint not null,
  source  text not null,
  state   text not null,
  at      bigint not null,
  primary key (contact, staff, tag)
);

-- Which browser is which person, and how we know.
create table visitor_contact (
  visitor bigint not null,
  contact bigint not null,
  tier    text not null,
  scan    bigint not null,
  at      bigint not null,
  primary key (visitor, contact)
);
create index visitor_contact_contact on visitor_contact (contact);

create table pool (
  id          {id},
  name        text not null,
  kind        text not null,
  strategy    text not null,
  auto_create bigint not null default 0,
  base_name   text not null default '',
  next_number bigint not null default 1,
  channel     bigint not null default 0,
  version     bigint not null default 1,
  created_at  bigint not null
);

-- A target (group or staff member) of a pool.
create table pool_member (
  pool    bigint not null references pool (id),
  target  bigint not null,
  seq     bigint not null,
  weight  bigint not null,
  backup  bigint not null default 0,
  enabled bigint not null default 1,
  primary key (pool, target)
);
create index pool_member_target on pool_member (target);

-- The ledger of seats: joined + unproven + proven never passes capacity.
-- For staff joined is the adds of day, a number that grows by one each local day.
create table seat (
  target   {id},
  kind     text not null,
  capacity bigint not null,
  joined   bigint not null default 0,
  unproven bigint not null default 0,
  proven   bigint not null default 0,
  day      bigint not null default 0
);

-- Whose turn it is: the state of the smooth weighted round robin.
create table turn (
  pool   bigint not null,
  target bigint not null,
  credit bigint not null,
  primary key (pool, target)
){norowid};

-- The last hold of a visitor on a code: there is never a second.
create table hold (
  visitor    bigint not null,
  code       bigint not null,
  target     bigint not null,
  pool       bigint not null,
  state      bigint not null,
  scan       bigint not null,
  tier       text not null default '',
  created_at bigint not null,
  expires_at bigint not null,
  primary key (visitor, code)
){norowid};
create index hold_expiry on hold (expires_at) where state in (1, 2);
create index hold_target on hold (target, code, created_at) where state in (1, 2);

create table welcome (
  id          {id},
  name        text not null,
  body        text not null,
  version     bigint not null default 1,
  archived    bigint not null default 0,
  created_at  bigint not null,
  updated_at  bigint not null
);

create table welcome_delivery (
  code_hash  {bytes} primary key,
  contact    bigint not null,
  staff      bigint not null,
  code       bigint not null,
  state      text not null,
  error      text not null default '',
  event_at   bigint not null,
  sent_at    bigint not null default 0
);

create table live_code (
  id           {id},
  slug         text not null unique,
  name         text not null,
  kind         text not null,
  purpose      text not null,
  channel      bigint not null,
  owner        bigint not null,
  department   bigint not null default 0,
  state        text not null,
  pool         bigint not null,
  overflow     bigint not null default 0,
  fallback     text not null,
  tags         text not null,
  welcome      bigint not null default 0,
  page         text not null,
  sticky       bigint not null default 1,
  starts_at    bigint not null default 0,
  ends_at      bigint not null default 0,
  note         text not null default '',
  version      bigint not null default 1,
  created_at   bigint not null,
  updated_at   bigint not null,
  published_at bigint not null default 0
);
create index live_code_list on live_code (state, id);
create index live_code_owner on live_code (owner, id);
create index live_code_channel on live_code (channel, id);
create index live_code_pool on live_code (pool);
create index live_code_overflow on live_code (overflow) where overflow <> 0;

-- What WeCom holds for a code and a target: a join way or a contact way.
-- token is its state (≤ 30 characters), by which callbacks name the code.
create table carrier (
  id         {id},
  code       bigint not null,
  target     bigint not null,
  kind       text not null,
  token      text not null unique,
  config_id  text not null default '',
  qr_url     text not null default '',
  qr_asset   text not null default '',
  want       text not null,
  have       text not null default '',
  state      text not null,
  error      text not null default '',
  attempts   bigint not null default 0,
  synced_at  bigint not null default 0,
  created_at bigint not null
);
create unique index carrier_place on carrier (code, target, kind);
create index carrier_target on carrier (target);

-- Facts counted by code and hour (UTC). visitors is a HyperLogLog sketch.
create table rollup_hour (
  code     bigint not null,
  hour     bigint not null,
  metric   text not null,
  target   bigint not null default 0,
  n        bigint not null,
  visitors {bytes},
  primary key (code, hour, metric, target)
){norowid};
create index rollup_hour_time on rollup_hour (hour);
