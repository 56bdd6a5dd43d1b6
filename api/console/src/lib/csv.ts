/** Tables as files that a spreadsheet opens: RFC 4180, with a mark that says UTF-8. */

export type Cell = string | number | null;

/** What the spreadsheets of a language expect: a comma between cells or, where it stands in numbers, a semicolon. */
export function csv(rows: readonly (readonly Cell[])[], language: string): string {
  const [comma, point] = language === "en" ? [",", "."] : [";", ","];
  const written = (cell: Cell): string => {
    if (cell === null) return "";
    if (typeof cell === "number") return String(cell).replace(".", point);
    // A name that begins like a formula must not become one.
    const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
    return text.includes(comma) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\uFEFF${rows.map((row) => row.map(written).join(comma)).join("\r\n")}\r\n`;
}

export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
