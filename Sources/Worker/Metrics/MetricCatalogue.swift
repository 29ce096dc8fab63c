import Antenna
import Broker
import Pipeline
import Relay
import Telemetry

/// Every metric there is, in the order of docs/metrics.md and of a scrape; each is declared beside what it tells of.
enum MetricCatalogue {
    /// A group of metrics with its heading in the documentation.
    struct Section: Sendable {
        let title: String
        let metrics: [Metric]

        init(_ title: String, _ metrics: Metric...) {
            self.title = title
            self.metrics = metrics
        }
    }

    static let sections = [
        Section(
            "The worker",
            RoleMetrics.info,
            RoleMetrics.ready,
            RoleMetrics.readiness,
            RoleMetrics.draining,
            RoleMetrics.paused
        ),
        Section(
            "Tasks",
            WorkMetrics.tasks,
            WorkMetrics.interactiveTaskSeconds,
            WorkMetrics.insects,
            WorkMetrics.damagedImages,
            WorkMetrics.preparedTasks,
            WorkMetrics.tasksInHand,
            WorkMetrics.tasksInHandLimit
        ),
        Section(
            "Where the time goes",
            WorkMetrics.stageSeconds,
            WorkMetrics.runtimeSeconds,
            WorkMetrics.batchImages
        ),
        Section(
            "Progress",
            RoleMetrics.partTasks,
            RoleMetrics.partStalledSeconds,
            RoleMetrics.stallAfterSeconds
        ),
        Section(
            "Memory",
            WorkMetrics.pixelBytes,
            WorkMetrics.pixelBytesLimit
        ),
        Section(
            "Tensor cache",
            CacheMetrics.requests,
            CacheMetrics.stores,
            CacheMetrics.errors,
            CacheMetrics.bytes,
            CacheMetrics.redisUp
        ),
        Section(
            "RabbitMQ",
            BrokerMetrics.connected,
            BrokerMetrics.blocked,
            BrokerMetrics.reconnects,
            BrokerMetrics.deliveries,
            BrokerMetrics.held,
            BrokerMetrics.settlements,
            BrokerMetrics.redeliveries,
            BrokerMetrics.queueMessages
        ),
        Section(
            "Antenna",
            AntennaMetrics.reachable,
            AntennaMetrics.jobs,
            AntennaMetrics.tasksReserved,
            AntennaMetrics.results,
            AntennaMetrics.resultsMissing,
            AntennaMetrics.spoolEntries,
            AntennaMetrics.spoolBytes,
            AntennaMetrics.spoolBytesLimit,
            AntennaMetrics.spoolFailures,
            RoleMetrics.fallback
        ),
        Section(
            "Relay",
            RelayMetrics.published,
            RelayMetrics.results,
            RelayMetrics.expired,
            RelayMetrics.outstanding
        ),
        Section("Models", RoleMetrics.modelLoadSeconds),
        Section(
            "Process",
            ProcessMetrics.residentBytes,
            ProcessMetrics.openDescriptors,
            ProcessMetrics.maxDescriptors,
            ProcessMetrics.cpuSeconds,
            ProcessMetrics.startTime,
            ProcessMetrics.droppedOutput
        ),
    ]

    /// All metrics.
    static let all = sections.flatMap(\.metrics)

    /// The metric of a name.
    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
