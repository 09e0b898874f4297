export interface Piece {
  /** Where it begins, in code points. */
  at: number;
  piece: string;
  isMarked: boolean;
}

/** A text cut at its highlights, which count code points, as the API does, and not UTF-16 units. */
export function piecesOf(text: string, highlights: readonly (readonly number[])[]): Piece[] {
  const points = [...text];
  const pieces: Piece[] = [];
  let at = 0;
  const take = (end: number, isMarked: boolean) => {
    if (end <= at) return;
    pieces.push({ at, piece: points.slice(at, end).join(""), isMarked });
    at = end;
  };
  for (const [start = 0, end = 0] of highlights.toSorted(([one = 0], [other = 0]) => one - other)) {
    take(Math.min(start, points.length), false);
    take(Math.min(end, points.length), true);
  }
  take(points.length, false);
  return pieces;
}
