import Telemetry

/// The text of docs/metrics.md, made from the catalogue so that it cannot go stale.
package enum MetricsDocument {
    /// The whole document.
    package static var markdown: String {
        ([introduction] + MetricCatalogue.sections.map(section) + [reading]).joined(separator: "\n")
    }

    private static let introduction = """
        # Metrics

        This file is generated: `antenna-worker check --metrics-markdown > docs/metrics.md`.

        `run`, `fetch`, `infer` and `relay` answer Prometheus at `http://HOST:PORT/metrics`, where HOST is `--admin-host` (this machine
        only unless told otherwise) and PORT is `--admin-port`, or each role's own: see [configuration.md](configuration.md#adminport). A worker shows what its role has: a relay has no models, a worker
        on REST no broker.

        No label holds anything that a task brings along, so the number of series depends on the settings alone. The `process_…` names
        are those that all Prometheus clients use.

        """

    private static func section(_ section: MetricCatalogue.Section) -> String {
        let rows = section.metrics.map { metric in
            let labels = metric.labelValues.isEmpty ? "" : " Labels: \(metric.labelValues)."
            return "| `\(metric.name)` | \(metric.kind.rawValue) | \(metric.help)\(labels) |"
        }
        return (["## \(section.title)", "", "| name | type | meaning |", "|---|---|---|"] + rows + [""])
            .joined(separator: "\n")
    }

    private static let reading = """
        ## Questions and answers

        | question | expression |
        |---|---|
        | Images a second | `sum(rate(antenna_worker_tasks_total{outcome=~"succeeded\\|failed"}[5m]))` |
        | Share of images answered with an error | `sum(rate(antenna_worker_tasks_total{outcome="failed"}[5m])) / sum(rate(antenna_worker_tasks_total{outcome=~"succeeded\\|failed"}[5m]))` |
        | Which stage takes the time | `sum by (stage) (rate(antenna_worker_stage_seconds_sum[5m]))` |
        | How full the batches are | `rate(antenna_worker_batch_images_sum[5m]) / rate(antenna_worker_batch_images_count[5m])` |
        | Does the cache help | `sum(rate(antenna_worker_cache_requests_total{outcome="hit"}[5m])) / sum(rate(antenna_worker_cache_requests_total[5m]))` |
        | Is something stuck | `max by (instance, part) (antenna_worker_part_stalled_seconds) > 60` |
        | What is not as it should be | `antenna_worker_readiness == 0` |

        """
}
