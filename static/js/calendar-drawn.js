/** Draws a week or a day by EventCalendar. Every time is one of the lab's clock, without a zone. */
import { createCalendar, destroyCalendar, Interaction, ResourceTimeline, TimeGrid } from "@event-calendar/core";
import { choose } from "./free-times.js";

/** @param {number} hour */
const oClock = (hour) => `${String(hour).padStart(2, "0")}:00`;

/**
 * A date of the calendar as the lab's clock says it, to the minute.
 * @param {Date} date
 */
function clock(date) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Where the page's form holds its token. */
const token = () =>
  /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"))?.value ?? "";

/**
 * @param {HTMLElement} host
 * @param {any} data of fablab.views.calendar
 * @param {string} locale
 * @param {(sentence: string, severity: string) => void} say
 * @returns {() => void} what takes it away again
 */
export function draw(host, data, locale, say) {
  const [slugs, many] = [new Map(), data.many];
  for (const [id, slug] of data.machines) slugs.set(String(id), slug);
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone === data.zone;
  const day = data.view === "day";

  /** Ask the server to move it; put it back where the server says no. */
  const moved = async (/** @type {any} */ { event, revert, newResource }) => {
    const body = new FormData();
    body.set("starts", clock(event.start));
    body.set("ends", clock(event.end));
    const machine = slugs.get(String(newResource?.id ?? event.resourceIds[0]));
    if (machine) body.set("machine", machine);
    try {
      const answer = await fetch(data.move.replace("/0/", `/${event.id}/`), {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": token() },
        body,
      });
      const { detail } = await answer.json();
      if (!answer.ok) revert();
      say(detail, answer.ok ? "success" : "error");
    } catch {
      revert();
      say(data.lost, "error");
    }
  };

  const calendar = createCalendar(host, [many ? ResourceTimeline : TimeGrid, Interaction], {
    view: `${many ? "resourceTimeline" : "timeGrid"}${day ? "Day" : "Week"}`,
    date: data.date,
    locale,
    firstDay: 1,
    height: !many && data.hours[1] - data.hours[0] > 14 ? "42rem" : undefined,
    scrollTime: "08:00",
    headerToolbar: { start: "", center: "", end: "" },
    allDaySlot: false,
    slotMinTime: oClock(data.hours[0]),
    slotMaxTime: oClock(data.hours[1]),
    slotDuration: many ? "01:00" : "00:30",
    slotWidth: day ? Math.max(48, Math.floor((host.clientWidth - 170) / (data.hours[1] - data.hours[0]))) : 22,
    slotHeight: 26,
    slotLabelInterval: many && !day ? "03:00" : "01:00",
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    dayHeaderFormat: { weekday: "short", day: "numeric" },
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    snapDuration: "00:15",
    nowIndicator: here,
    highlightedDates: [],
    resources: data.machines.map((/** @type {any} */ [id, , name]) => ({ id: String(id), title: name })),
    events: data.events.map(
      (/** @type {any} */ [machine, kind, start, end, title, id], /** @type {number} */ index) => ({
        id: id ? String(id) : `other-${index}`,
        resourceIds: [String(machine)],
        start,
        end,
        title,
        editable: Boolean(id),
        startEditable: Boolean(id),
        durationEditable: Boolean(id),
        classNames: [`is-${kind}`],
      }),
    ),
    ...(many && !day ? { eventContent: (/** @type {any} */ { event }) => event.title } : {}),
    eventDidMount: (/** @type {any} */ { el, event, timeText }) => {
      el.title = `${timeText} ${event.title}`;
      el.tabIndex = -1;
    },
    selectable: Boolean(document.querySelector("form[data-book]")),
    unselectAuto: false,
    eventClick: (/** @type {any} */ { event }) => {
      if (/^\d+$/.test(event.id)) location.assign(data.move.replace("/0/move/", `/${event.id}/`));
    },
    select: (/** @type {any} */ { start, end, resource }) =>
      choose({ starts: clock(start), ends: clock(end), machine: slugs.get(String(resource?.id)) }),
    eventDrop: moved,
    eventResize: moved,
  });
  return () => destroyCalendar(calendar);
}
