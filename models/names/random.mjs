// A small generator of random numbers (xorshift32), so that every run makes the same rows.
let state = 20260101;

export function seed(n) { state = n | 1; }
export function below(n) {
  state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
  return (state >>> 0) % n;
}
export const pick = (list) => list[below(list.length)];
export const chance = (percent) => below(1000) < percent * 10;
// One of [weight, value] pairs.
export function weighted(pairs) {
  let n = below(pairs.reduce((sum, p) => sum + p[0], 0));
  for (const [w, v] of pairs) if ((n -= w) < 0) return v;
}
