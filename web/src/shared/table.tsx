import { Button, Checkbox, Table } from "antd";
import type { TableColumnsType } from "antd";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { exact } from "./format";
import { useHotkeys } from "./hotkeys";
import type { List } from "./list";
import { useLine } from "./live";
import { usePhone } from "./phone";
import { FaultView, Waiting } from "./states";
import style from "./table.module.css";
import { clock } from "./time";

export type Columns<T> = TableColumnsType<T>;

type Props<T> = {
  list: List<T>;
  columns: Columns<T>;
  /** The same row on a phone. */
  card: (row: T) => ReactNode;
  empty: ReactNode;
  open?: (row: T) => void;
  selection?: { ids: string[]; change: (ids: string[]) => void };
  width?: number;
};

/** Rows on a screen, cards on a phone, one footer, and the keys j k x Enter. */
export function ListTable<T extends { id: string }>(props: Props<T>) {
  const { list, empty } = props;
  const phone = usePhone();
  const [at, setAt] = useState(-1);
  useRowKeys(props, at, setAt);
  const retry = () => void list.query.refetch();
  if (!list.rows) {
    return list.query.isError ? <FaultView error={list.query.error} retry={retry} /> : <Waiting rows={8} retry={retry} />;
  }
  if (list.rows.length === 0) return <>{empty}</>;
  return (
    <div className={list.query.isPlaceholderData ? style.veil : undefined}>
      {list.query.isError && <FaultView error={list.query.error} retry={retry} />}
      {phone ? <Cards {...props} /> : <Rows {...props} at={at} />}
      <Foot list={list} />
    </div>
  );
}

function useRowKeys<T extends { id: string }>({ list, open, selection }: Props<T>, at: number, setAt: (at: number) => void) {
  const keys = useMemo(() => {
    const rows = list.rows ?? [];
    const move = (step: number) => setAt(Math.max(0, Math.min(rows.length - 1, at + step)));
    const row = rows[at];
    return {
      j: () => move(1),
      k: () => move(-1),
      Enter: () => row && open?.(row),
      x: () => {
        if (!row || !selection) return;
        const has = selection.ids.includes(row.id);
        selection.change(has ? selection.ids.filter((id) => id !== row.id) : [...selection.ids, row.id]);
      },
    };
  }, [list.rows, open, selection, at, setAt]);
  useHotkeys(keys);
}

function Rows<T extends { id: string }>({ list, columns, open, selection, width, at }: Props<T> & { at: number }) {
  return (
    <Table<T>
      className={style.table}
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={list.rows}
      pagination={false}
      scroll={{ x: width ?? "max-content" }}
      sticky={{ offsetHeader: 56 }}
      rowClassName={(_, i) => [open && style.row, i === at && style.at].filter(Boolean).join(" ")}
      rowSelection={
        selection && { selectedRowKeys: selection.ids, onChange: (keys) => selection.change(keys as string[]), preserveSelectedRowKeys: false }
      }
      onRow={(row) => ({
        onClick: (event) => {
          if ((event.ctrlKey || event.metaKey) && selection) {
            const has = selection.ids.includes(row.id);
            selection.change(has ? selection.ids.filter((id) => id !== row.id) : [...selection.ids, row.id]);
            return;
          }
          const target = event.target as HTMLElement;
          if (!target.closest("button, a, input, label, .ant-table-selection-column, [role=button]")) open?.(row);
        },
      })}
    />
  );
}

function Cards<T extends { id: string }>({ list, card, selection }: Props<T>) {
  const { t } = useTranslation();
  return (
    <div className={style.cards}>
      {list.rows?.map((row) => (
        <div key={row.id} className={style.card}>
          {selection && selection.ids.length > 0 ? (
            <div className={style.pick}>
              <Checkbox
                aria-label={t("common.select")}
                checked={selection.ids.includes(row.id)}
                onChange={(e) =>
                  selection.change(e.target.checked ? [...selection.ids, row.id] : selection.ids.filter((id) => id !== row.id))
                }
              />
              <div>{card(row)}</div>
            </div>
          ) : (
            card(row)
          )}
        </div>
      ))}
    </div>
  );
}

function Foot<T>({ list }: { list: List<T> }) {
  const { t } = useTranslation();
  const shown = list.rows?.length ?? 0;
  return (
    <div className={style.foot}>
      <span>{list.total < 0 ? t("common.shown_some", { shown: exact(shown) }) : t("common.shown", { shown: exact(shown), total: exact(Math.max(shown, list.total)) })}</span>
      {list.query.hasNextPage && (
        <Button size="small" loading={list.query.isFetchingNextPage} onClick={() => void list.query.fetchNextPage()}>
          {t("common.more_rows")}
        </Button>
      )}
      <Fresh at={list.at} />
    </div>
  );
}

/** When the numbers were read, and whether they move by themselves. */
export function Fresh({ at }: { at: number }) {
  const { t } = useTranslation();
  const line = useLine();
  if (!at) return null;
  return (
    <span className={line === "live" ? style.live : `${style.live} ${style.lost}`}>
      {t(line === "live" ? "common.fresh_live" : "common.fresh", { at: clock(new Date(at).toISOString()) })}
    </span>
  );
}
