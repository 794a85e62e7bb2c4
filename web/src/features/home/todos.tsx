import { CheckCircleOutlined, RightOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Home } from "../../api/types";
import { Chip, type Tone } from "../../shared/chip";
import { FirstUse } from "../../shared/states";
import { Section } from "../../shared/page";
import style from "./home.module.css";

const tones: Record<string, Tone> = { error: "bad", warn: "warn", info: "info" };

/** What needs a person, the costliest delay first. */
export function Todos({ todos }: { todos: Home["todos"] }) {
  const { t } = useTranslation();
  return (
    <Section title={t("home.todos")} extra={todos.length > 0 && t("home.todo_count", { count: todos.length })}>
      {todos.length === 0 && <FirstUse icon={<CheckCircleOutlined />} title={t("home.no_todos")} lead={t("home.no_todos_lead")} />}
      {todos.map((todo, i) => (
        <Link key={i} to={todo.link} className={style.todo}>
          <Chip tone={tones[todo.level] ?? "info"}>{t(`home.level.${todo.level}`)}</Chip>
          <span className={style.grow}>{todo.title}</span>
          <RightOutlined aria-hidden />
        </Link>
      ))}
    </Section>
  );
}
