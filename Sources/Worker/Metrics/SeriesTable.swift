/// The instruments of all series, one each, in the order in which they were made.
struct SeriesTable<Instrument: Sendable>: Sendable {
    private(set) var entries: [(series: MetricSeries, instrument: Instrument)] = []
    private var places: [MetricSeries: Int] = [:]

    /// The instrument of a series; the one that is there, else a new one.
    mutating func instrument(of series: MetricSeries, make: () -> Instrument) -> Instrument {
        if let place = places[series] { return entries[place].instrument }
        places[series] = entries.count
        entries.append((series, make()))
        return entries[entries.count - 1].instrument
    }
}
