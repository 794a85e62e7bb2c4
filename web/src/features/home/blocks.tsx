import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Home } from "../../api/types";
import { CapacityBar } from "../../shared/capacity";
import { Chip, type Tone } from "../../shared/chip";
import { exact, lag } from "../../shared/format";
import { Muted, Section, Stack } from "../../shared/page";
import { told } from "../../shared/text";
import { ago } from "../../shared/time";
import style from "./home.module.css";

/** When a group will be full: in hours while that is soon, else in days. */
function filling(t: TFunction, hours: number | null | undefined): string {
  if (hours === null || hours === undefined) return t("home.not_filling");
  if (hours < 48) return t("home.full_in", { hours: Math.max(1, Math.round(hours)) });
  return t("home.full_in_days", { days: Math.round(hours / 24) });
}

/** Where seats run out first. */
export function Capacity({ capacity }: { capacity: Home["capacity"] }) {
  const { t } = useTranslation();
  const groups = capacity.groups.slice(0, 5);
  const staff = capacity.staff.slice(0, 5);
  return (
    <Section title={t("home.capacity")}>
      <Stack>
        {groups.length > 0 && (
          <div>
            <Muted small>{t("nav.groups")}</Muted>
            {groups.map((group) => (
              <div key={group.id} className={style.line}>
                <span className={style.name}>
                  {group.name}
                  <br />
                  <Muted small>{filling(t, group.hours_to_full)}</Muted>
                </span>
                <CapacityBar joined={group.joined} held={group.held} capacity={group.capacity} />
              </div>
            ))}
          </div>
        )}
        {staff.length > 0 && (
          <div>
            <Muted small>{t("home.staff_today")}</Muted>
            {staff.map((person) => (
              <div key={person.id} className={style.line}>
                <span className={style.name}>{person.name}</span>
                <CapacityBar joined={person.today} held={person.held} capacity={person.cap} />
              </div>
            ))}
          </div>
        )}
        {groups.length + staff.length === 0 && <Muted>{t("home.no_capacity")}</Muted>}
      </Stack>
    </Section>
  );
}

/** Today's channels, the busiest first. */
export function Channels({ channels }: { channels: Home["channels"] }) {
  const { t } = useTranslation();
  const top = Math.max(1, ...channels.map((channel) => channel.scans));
  return (
    <Section title={t("home.channels")} extra={t("home.channels_unit")}>
      {channels.length === 0 && <Muted>{t("home.no_channels")}</Muted>}
      {channels.slice(0, 10).map((channel, i) => (
        <div key={channel.id || i} className={style.channel}>
          <Muted>{i + 1}</Muted>
          <span className={style.name}>{channel.name || t("home.no_channel")}</span>
          <div className={style.track}><i style={{ width: `${(100 * channel.scans) / top}%` }} /></div>
          <span>{exact(channel.scans)} <Muted>/ {exact(channel.adds_joins)}</Muted></span>
        </div>
      ))}
    </Section>
  );
}

/** Who changed what lately. */
export function Changes({ changes }: { changes: Home["changes"] }) {
  const { t } = useTranslation();
  return (
    <Section title={t("home.changes")}>
      {changes.length === 0 && <Muted>{t("home.no_changes")}</Muted>}
      {changes.slice(0, 8).map((change, i) => (
        <div key={i} className={style.change}>
          <span>
            {change.actor} {told(t, `audit.action.${change.action}`, {}, change.action)}{" "}
            {change.object === "live_code" ? <Link to="/codes/$id" params={{ id: change.object_id }}>{change.object_name}</Link> : change.object_name}
          </span>
          <Muted small>{ago(change.at)}</Muted>
        </div>
      ))}
    </Section>
  );
}

const tones: Record<Home["health"]["wecom"], Tone> = { ok: "good", degraded: "warn", down: "bad", none: "quiet" };

/** The state of what we depend on. */
export function Health({ health }: { health: Home["health"] }) {
  const { t } = useTranslation();
  return (
    <Section>
      <div className={style.health}>
        <span>{t("home.health.wecom")} <Chip tone={tones[health.wecom]}>{t(`home.health.${health.wecom}`)}</Chip></span>
        <span>{t("home.health.delay")} {health.callback_delay_ms === null || health.callback_delay_ms === undefined ? "–" : lag(health.callback_delay_ms)}</span>
        <span>{t("home.health.last")} {health.last_callback_at ? ago(health.last_callback_at) : t("home.health.never")}</span>
        <span>{t("home.health.queue", { n: exact(health.queue_ready) })}</span>
        {health.queue_dead > 0 && <Link to="/settings/jobs"><Chip tone="bad">{t("home.health.dead", { count: health.queue_dead })}</Chip></Link>}
      </div>
    </Section>
  );
}
