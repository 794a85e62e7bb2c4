const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";

/** A laptop of somebody who plans. */
export const desktop = { viewport: { width: 1440, height: 900 } };

/** A phone of somebody who acts. */
export const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  userAgent: `${iphone} Version/17.5 Safari/604.1`,
};

/** A customer in WeChat, on the smallest screen that we promise to serve. */
export const smallWeChat = {
  viewport: { width: 320, height: 568 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  userAgent: `${iphone} MicroMessenger/8.0.50 NetType/4G`,
};

export const devices = { desktop, phone };
export type Device = keyof typeof devices;
