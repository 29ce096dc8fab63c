/// Reads gauges where their state is kept; asked at every scrape, so it has to be quick and must not wait.
package typealias MetricCollector = @Sendable () -> [MetricSample]
