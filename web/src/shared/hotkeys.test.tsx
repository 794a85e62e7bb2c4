import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { useHotkeys } from "./hotkeys";

test("a pair of keys acts, and none acts while somebody types", async () => {
  const home = vi.fn();
  const create = vi.fn();
  const keys = { "g h": home, c: create };
  function Keys() {
    useHotkeys(keys);
    return <input aria-label="words" />;
  }
  const { getByLabelText } = render(<Keys />);
  await userEvent.keyboard("gh");
  expect(home).toHaveBeenCalledTimes(1);
  await userEvent.keyboard("h");
  expect(home).toHaveBeenCalledTimes(1);
  await userEvent.type(getByLabelText("words"), "c");
  expect(create).not.toHaveBeenCalled();
  await userEvent.keyboard("{Control>}c{/Control}");
  expect(create).not.toHaveBeenCalled();
});
