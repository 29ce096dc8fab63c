import Telemetry

@testable import Antenna

/// What a poster has counted, to be compared as a whole.
struct ResultCounts: Equatable {
    var posted = 0
    var spooled = 0
    var refused = 0
    var repeated = 0
}

extension ResultCounts {
    init(_ poster: ResultPoster) {
        let statistics = poster.statistics
        self.init(
            posted: statistics.posted.value,
            spooled: statistics.spooled.value,
            refused: statistics.refused.value,
            repeated: statistics.repeated.value
        )
    }
}
