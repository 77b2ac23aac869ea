/* What is folded opens for a link into it, and for print. */
(() => {
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const closed = [];
    for (let e = target; e; e = e.parentElement)
      if (e.tagName === "DETAILS" && !e.open) closed.push(e);
    closed.forEach((e) => { e.open = true; });
    if (closed.length) target.scrollIntoView();
  };
  const printed = [];
  addEventListener("DOMContentLoaded", open);
  addEventListener("hashchange", open);
  addEventListener("beforeprint", () => {
    printed.push(...document.querySelectorAll("details:not([open])"));
    printed.forEach((e) => { e.open = true; });
  });
  addEventListener("afterprint", () => {
    printed.splice(0).forEach((e) => { e.open = false; });
  });
})();
