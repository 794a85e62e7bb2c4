import {
  AppstoreOutlined, BranchesOutlined, HomeOutlined, MessageOutlined, QrcodeOutlined, SettingOutlined, UserOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";

/** A page of the rail: seen by who holds the permission, absent for others. */
export type Place = { key: string; to: string; permission: string };
export type Area = { key: string; icon: ReactNode; places: Place[] };

const place = (key: string, to: string, permission: string): Place => ({ key, to, permission });

/** The rail, top to bottom. An area of one place is that place. */
export const areas: Area[] = [
  { key: "home", icon: <HomeOutlined />, places: [place("home", "/", "home")] },
  {
    key: "codes",
    icon: <QrcodeOutlined />,
    places: [
      place("codes", "/codes", "code.read"),
      place("new_code", "/codes/new", "code.create"),
      place("trace", "/trace", "trace.read"),
    ],
  },
  {
    key: "targets",
    icon: <AppstoreOutlined />,
    places: [place("groups", "/groups", "group.read"), place("staff", "/staff", "staff.read")],
  },
  { key: "channels", icon: <BranchesOutlined />, places: [place("channels", "/channels", "channel.read")] },
  { key: "customers", icon: <UserOutlined />, places: [place("customers", "/customers", "contact.read")] },
  { key: "welcomes", icon: <MessageOutlined />, places: [place("welcomes", "/welcomes", "welcome.read")] },
  {
    key: "settings",
    icon: <SettingOutlined />,
    places: [
      place("wecom", "/settings/wecom", "system.manage"),
      place("roles", "/settings/roles", "role.manage"),
      place("keys", "/settings/keys", "key.manage"),
      place("audit", "/settings/audit", "audit.read"),
      place("jobs", "/settings/jobs", "job.read"),
      place("about", "/settings/about", "home"),
    ],
  },
];

/** Every place, for the palette and for the guard of each route. */
export const places = areas.flatMap((area) => area.places);

/** The areas left when what the person may not see is gone. */
export function visible(may: (permission: string) => boolean): Area[] {
  return areas
    .map((area) => ({ ...area, places: area.places.filter((p) => may(p.permission)) }))
    .filter((area) => area.places.length > 0);
}

/** The place a path belongs to: the one whose address is its longest beginning. */
export function placeOf(path: string): Place | undefined {
  const fits = places.filter((p) => path === p.to || (p.to !== "/" && path.startsWith(`${p.to}/`)));
  return fits.sort((a, b) => b.to.length - a.to.length)[0];
}
