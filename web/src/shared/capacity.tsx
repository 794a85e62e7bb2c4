import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import style from "./capacity.module.css";
import { exact } from "./format";

/** When fewer seats than this are left, the bar turns amber. */
export const nearlyFull = 20;

type Capacity = { joined: number; held: number; capacity: number };

/** How full a target is: in use, held for people on the page, free. */
export function CapacityBar({ joined, held, capacity }: Capacity) {
  const { t } = useTranslation();
  const free = Math.max(0, capacity - joined - held);
  const tone = free === 0 ? style.full : free < Math.min(nearlyFull, capacity / 5) ? style.near : "";
  const share = (n: number) => `${capacity > 0 ? Math.min(100, (100 * n) / capacity) : 100}%`;
  return (
    <Tooltip title={t("common.capacity_hint", { joined, held, capacity, free })}>
      <div className={`${style.box} ${tone}`}>
        <div className={style.words}>
          <span>{exact(joined)} / {exact(capacity)}</span>
          <span className={style.left}>{free === 0 ? t("common.full") : t("common.free", { n: exact(free) })}</span>
        </div>
        <div className={style.track} role="img" aria-label={t("common.capacity_hint", { joined, held, capacity, free })}>
          <i className={style.joined} style={{ width: share(joined) }} />
          <i className={style.held} style={{ width: share(held) }} />
        </div>
      </div>
    </Tooltip>
  );
}
