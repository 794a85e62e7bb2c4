import { Avatar } from "antd";
import { useTranslation } from "react-i18next";
import type { Contact } from "../../api/types";
import { Chip, type Tone } from "../../shared/chip";
import { Muted, Row } from "../../shared/page";
import { Tier } from "../../shared/tier";

/**
 * A customer's face: the first letter, unless the picture is on our own server.
 * WeChat's picture servers would learn who looks at whom, and our pages forbid it.
 */
export function Face({ contact, size = 36 }: { contact: Contact; size?: number }) {
  const { t } = useTranslation();
  const name = contact.name || t("contact.nameless");
  return (
    <Avatar size={size} src={contact.avatar.startsWith("/") ? contact.avatar : undefined} style={{ background: "var(--primary-soft)", color: "var(--primary)", flex: "none" }} alt="">
      {name.slice(0, 1)}
    </Avatar>
  );
}

const tones: Record<Contact["status"], Tone> = { friend: "good", lost: "bad", group_only: "info" };

/** What the customer is to us now. */
export function StatusChip({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  return <Chip tone={tones[contact.status]}>{t(`contact.status.${contact.status}`)}</Chip>;
}

/** Where the customer came from, and how sure we are. */
export function Source({ contact: { source } }: { contact: Contact }) {
  const { t } = useTranslation();
  return (
    <span>
      {source.channel?.name ?? source.code?.name ?? <Muted>{t("contact.no_source")}</Muted>}{" "}
      <Tier tier={source.tier} />
    </span>
  );
}

/** A customer's tags, the first few. */
export function Tags({ contact, most = 3 }: { contact: Contact; most?: number }) {
  const tags = contact.tags ?? [];
  return (
    <Row gap={4}>
      {tags.slice(0, most).map((tag) => <Chip key={tag.id + tag.source} plain>{tag.name}</Chip>)}
      {tags.length > most && <Muted small>+{tags.length - most}</Muted>}
    </Row>
  );
}
