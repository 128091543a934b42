/** What is drawn for an epoch, drawn once: the epoch at hand and the one before it are kept, as batches are read ahead. */
export function perEpoch<Drawn>(draw: (epoch: number) => Drawn): (epoch: number) => Drawn {
  const kept = new Map<number, Drawn>();
  return (epoch) => {
    const known = kept.get(epoch);
    if (known !== undefined) return known;
    kept.delete(epoch - 2);
    const drawn = draw(epoch);
    kept.set(epoch, drawn);
    return drawn;
  };
}
