import { say } from "./messages.js";

/**
 * POST a form and report its progress (fetch cannot). The answer is JSON; a refusal is thrown as its "detail".
 * @param {string} address
 * @param {FormData} body
 * @param {string} csrf
 * @param {(share: number) => void} [progress] of 0 to 1
 * @returns {Promise<Record<string, unknown>>}
 */
export function send(address, body, csrf, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrf);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress?.(event.loaded / event.total);
    });
    request.addEventListener("error", () => reject(new Error(say("drop-lost"))));
    request.addEventListener("abort", () => reject(new Error(say("drop-lost"))));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300 && request.response) resolve(request.response);
      else reject(new Error(request.response?.detail ?? say("drop-refused", { detail: request.status })));
    });
    request.send(body);
  });
}
