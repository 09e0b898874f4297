/** The dark squares of a QR code as one SVG path, a unit a square; those beside each other are one rectangle. */
export function qrPath(rows: readonly (readonly boolean[])[]): string {
  return rows
    .flatMap((row, y) => bars(row).map(({ x, width }) => `M${x} ${y}h${width}v1h-${width}z`))
    .join("");
}

function bars(row: readonly boolean[]): { x: number; width: number }[] {
  const found: { x: number; width: number }[] = [];
  row.forEach((isDark, x) => {
    const last = found.at(-1);
    if (isDark && last && last.x + last.width === x) last.width += 1;
    else if (isDark) found.push({ x, width: 1 });
  });
  return found;
}
