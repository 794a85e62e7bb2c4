import { expect, test } from "vitest";
import { parseSandbox } from "./parse-sandbox";

const printed = `WeCom sandbox: http://127.0.0.1:8090
Phone: http://127.0.0.1:8090/sandbox/phone
Corp: {
  "corp_id": "sb_ww7d", "agent_id": 1000002, "secret": "s3", "token": "tk", "aes_key": "key"
}`;

test("what the sandbox prints is all that is needed to connect", () => {
  expect(parseSandbox(printed)).toEqual({
    mode: "sandbox", base_url: "http://127.0.0.1:8090", corp_id: "sb_ww7d", agent_id: 1000002,
    secret: "s3", callback_token: "tk", callback_aes_key: "key",
  });
});

test("half of it, or something else, is not a connection", () => {
  for (const text of ["", "http://127.0.0.1:8090", '{"corp_id":"sb_1"}', printed.replace('"secret": "s3",', ""), printed.replace("}", "")]) {
    expect(parseSandbox(text)).toBeUndefined();
  }
});
