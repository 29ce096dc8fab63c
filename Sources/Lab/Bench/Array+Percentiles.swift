extension [Double] {
    /// Of ascending values the first that is not exceeded by so many percent of them; 0 when there are none.
    func percentile(_ percent: Int) -> Double {
        isEmpty ? 0 : self[Swift.min(count - 1, Swift.max(0, (count * percent + 99) / 100 - 1))]
    }

    /// The middle value, the mean of the two in the middle of an even number; 0 when there are none.
    var median: Double {
        let sorted = self.sorted()
        guard !sorted.isEmpty else { return 0 }
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
