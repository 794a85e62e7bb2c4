/** A line of the last values, without axes; the words are for who cannot see it. */
export function Sparkline({ values, label, width = 88, height = 26 }: { values: number[]; label: string; width?: number; height?: number }) {
  if (values.length < 2) return null;
  const top = Math.max(...values, 1);
  const bottom = Math.min(...values, 0);
  const x = (i: number) => 1 + (i * (width - 2)) / (values.length - 1);
  const y = (v: number) => height - 2 - ((v - bottom) / (top - bottom || 1)) * (height - 4);
  const line = values.map((v, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join("");
  const flat = y(Math.max(bottom, 0)).toFixed(1);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} preserveAspectRatio="none" style={{ display: "block", maxWidth: "100%" }}>
      <path d={`${line}L${x(values.length - 1)} ${flat}L1 ${flat}Z`} fill="var(--primary)" opacity={0.1} />
      <path d={line} fill="none" stroke="var(--primary)" strokeWidth={1.5} strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
