import Telemetry
import Testing

@Suite("Histograms with fixed buckets")
struct FixedHistogramTests {
    @Test("an observation is in the first bucket whose bound it does not exceed")
    func buckets() {
        let histogram = FixedHistogram(bounds: [1, 2, 4])
        for value in [-3, 0, 1, 1.5, 2, 2.1, 4, 4.1, 1e300, .infinity, .nan] { histogram.record(value) }
        let contents = histogram.contents
        #expect(contents.counts == [3, 2, 2, 2])
        #expect(contents.count == 9 && contents.sum == 1e300)
    }

    @Test("quantiles are as exact as the ratio of the bounds", arguments: [1e-6, 0.000_3, 0.04, 1, 59, 599])
    func quantiles(scale: Double) {
        let histogram = FixedHistogram(bounds: FixedHistogram.bounds(from: 1e-6, to: 600, ratio: 1.02))
        for step in 1...1_000 { histogram.record(scale * Double(step) / 1_000) }
        for share in [0.5, 0.99] where scale * share > 1e-5 {
            let found = histogram.contents.quantile(share)
            #expect(abs(found / (scale * share) - 1) < 0.021, "\(share) of \(scale) is not \(found)")
        }
    }

    @Test("without observations every quantile is nothing, and above all bounds it is the last of them")
    func extremes() {
        let histogram = FixedHistogram(bounds: [1, 2])
        #expect(histogram.contents.quantile(0.5) == 0)
        histogram.record(90)
        #expect(histogram.contents.quantile(0) == 2 && histogram.contents.quantile(1) == 2)
    }

    @Test("nothing is lost when many threads record at once")
    func threads() async {
        let histogram = FixedHistogram(bounds: [10, 100])
        await withDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for value in 1...5_000 { histogram.record(Double(value % 128)) } }
            }
        }
        let expected = (1...5_000).reduce(0) { $0 + $1 % 128 } * 8
        #expect(histogram.contents.count == 40_000 && histogram.contents.sum == Double(expected))
    }
}
