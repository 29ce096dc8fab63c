import Foundation
import Inference
package import Logging
import Pipeline
package import ServiceLifecycle
package import Settings
import Synchronization
import Telemetry

/// Everything around a role that looks at it: metrics, health, the live page, the watchdog, and the signals that pause it.
package final class HealthService: Sendable {
    let role: String
    let settings: AdminSettings.Values
    let registry: MetricRegistry
    package let lifecycle = WorkerLifecycle()
    let images = LiveImages()
    let history = LiveHistory()
    /// The settings in force, secrets redacted.
    let effective: [EffectiveSetting]
    package let logger: Logger
    /// When somebody last scraped or watched.
    let viewers = ViewerActivity()
    private let fleetLink = Mutex<FleetLink?>(nil)
    private let pageAddress = Mutex(PageAddress.untold)
    /// Whether what is missing at the broker may be made.
    private let declares: Bool
    private let watchedRole = Mutex<RoleHealth?>(nil)
    private let watchdog = Mutex<Watchdog?>(nil)
    private let readinessLog = ReadinessLog()
    private let workLog = WorkLog()
    private let notifier: SystemdNotifier
    /// Files and connections that may be open at once.
    private let descriptors: Int

    /// Makes it; looks at nothing yet.
    ///
    /// - Parameters:
    ///   - role: The command, for people.
    ///   - resolved: All settings, and where they came from.
    ///   - registry: What `/metrics` shows.
    ///   - environment: Where systemd says how it wants to be told.
    ///   - logger: The role's log.
    package init(
        role: String,
        resolved: ResolvedSettings,
        registry: MetricRegistry = .process,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        logger: Logger
    ) {
        self.role = role
        self.registry = registry
        self.notifier = SystemdNotifier(environment: environment)
        self.settings = resolved.settings.admin
        self.descriptors = resolved.settings.descriptors
        self.declares = resolved.settings.broker.declares
        self.effective = resolved.effective
        self.logger = logger
        _ = ProcessFigures.startedAt
        lifecycle.whenDraining { [notifier] in notifier.stopping() }
        registry.collect { [weak self] in self?.samples() ?? [] }
        registry.collect { ProcessFigures.samples() }
    }

    /// Looks at the process for as long as `body` takes, and answers on the admin port.
    ///
    /// A port that is taken costs the page and the metrics, not the work: it is logged.
    ///
    /// - Parameter body: Is told where the live page is; nil when there is none.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    package func during<Value>(_ body: (_ page: String?) async throws -> Value) async throws -> Value {
        lifecycle.obeySignals(logger: logger)
        try DescriptorLimit.require(descriptors)
        try AddressSpace.require()
        let watchdog = makeWatchdog()
        watchdog.start()
        defer { watchdog.stop() }
        let server = await AdminServer.start(self)
        do {
            let value = try await body(server?.url)
            await server?.stop()
            return value
        } catch {
            await server?.stop()
            throw error
        }
    }

    /// Runs a role until it ends or a signal stops it.
    ///
    /// - Parameters:
    ///   - service: The role.
    ///   - health: What it shows of itself.
    ///   - grace: How long what is in hand may take once it is to stop.
    /// - Throws: As ``ServiceRunner/run(_:)``.
    package func run(_ service: any Service, health: RoleHealth, grace: Duration) async throws {
        begin(health)
        var looking = health.services
        if let link = makeFleetLink(health) { looking.append(link) }
        // Services end in the reverse order: what looks goes on until the role has drained.
        try await ServiceRunner(grace: grace, logger: logger, lifecycle: lifecycle).run(looking + [service])
    }

    /// The role has its models, and begins.
    func begin(_ role: RoleHealth) {
        watchedRole.withLock { $0 = role }
        for collector in role.collectors { registry.collect(collector) }
        notifier.ready()
    }

    /// Where the models run; nil before they are loaded, and for a role without.
    var placement: DevicePlacement? { health?.placement }

    /// What the role shows of itself; nil before it has begun.
    var health: RoleHealth? { watchedRole.withLock { $0 } }

    /// Where others find this role's page.
    var page: PageAddress {
        get { pageAddress.withLock { $0 } }
        set { pageAddress.withLock { $0 = newValue } }
    }

    /// The connection to the other roles; nil for a role without a broker, and before it has begun.
    var fleet: FleetLink? { fleetLink.withLock { $0 } }

    private func makeFleetLink(_ role: RoleHealth) -> FleetLink? {
        guard let broker = role.broker else { return nil }
        let link = FleetLink(broker, declares: declares, logger: logger) { [self] in FleetReport(self) }
        fleetLink.withLock { $0 = link }
        return link
    }

    /// Every check with what is wrong; nil when nothing is.
    var readiness: [ReadinessLog.Check] {
        guard let health else {
            return [ReadinessLog.Check(name: "models", problem: "still loading")]
        }
        return [ReadinessLog.Check(name: "models", detail: health.placement?.description)]
            + health.checks.map { check in
                ReadinessLog.Check(
                    name: check.name,
                    detail: check.detail(),
                    problem: check.problem(),
                    isToldElsewhere: check.isToldElsewhere
                )
            }
            + [
                ReadinessLog.Check(
                    name: "draining",
                    problem: lifecycle.isDraining ? "the worker is finishing what it has in hand" : nil
                )
            ]
    }

    /// The part that is stuck; nil while none is.
    var stall: StallDetector.Stall? { watchdog.withLock { $0 }?.stall }

    /// Makes the watchdog that health and metrics ask from now on; it ends the process when something is stuck.
    func makeWatchdog() -> Watchdog {
        let watchdog = Watchdog(
            poolLimit: settings.stallLimit,
            notifier: notifier,
            actions: Watchdog.Actions(
                parts: { [weak self] in self?.parts ?? [] },
                tick: { [weak self] in self?.tick() },
                stalled: { [logger] stall in
                    logger.critical(
                        "A part of the worker holds tasks and lets none go; the process ends, and its tasks are delivered again",
                        metadata: [LogKey.part: "\(stall.part)", LogKey.duration: "\(stall.duration)"]
                    )
                },
                end: { _ in _exit(ExitStatus.stalled) },
                unwatched: { [logger] shortage in
                    logger.warning(
                        "The watchdog could not be started; a stuck worker is not found out",
                        metadata: [LogKey.error: "\(shortage)"]
                    )
                }
            )
        )
        self.watchdog.withLock { $0 = watchdog }
        return watchdog
    }

    private var parts: [StallDetector.Part] {
        (health?.parts ?? []).map { part in
            let limit = part.patience.flatMap { patience in settings.stallLimit.map { $0 + patience } }
            return StallDetector.Part(name: part.name, limit: limit, reading: part.read())
        }
    }

    /// Once a second, from the watchdog's thread.
    private func tick() {
        history.note(registry)
        if let health {
            if !lifecycle.isDraining { readinessLog.note(readiness, at: .now, logger) }
            // Whoever waits for its end wants to know what it still has in hand.
            if let work = health.work { workLog.note(work(), at: .now, logger) }
        }
        drainIfGrown()
    }

    /// Ends the process in good order once it has more memory than it may have.
    private func drainIfGrown() {
        guard let limit = settings.maxRSS, !lifecycle.isDraining, let bytes = ProcessFigures.residentBytes,
            bytes > limit
        else { return }
        logger.notice(
            "The process has grown beyond --max-rss; it finishes what it has in hand and ends",
            metadata: [LogKey.bytes: "\(bytes)"]
        )
        lifecycle.drain()
    }

    private func samples() -> [MetricSample] {
        let checks = readiness
        let parts = self.parts
        let stalls = watchdog.withLock { $0 }?.stalls ?? [:]
        var samples = [
            RoleMetrics.info.sample(1, Version.current, role),
            RoleMetrics.ready.sample(checks.allSatisfy { $0.problem == nil } ? 1 : 0),
            RoleMetrics.draining.sample(lifecycle.isDraining ? 1 : 0),
            RoleMetrics.paused.sample(lifecycle.pauseSwitch.isPaused ? 1 : 0),
        ]
        samples += checks.map { RoleMetrics.readiness.sample($0.problem == nil ? 1 : 0, $0.name) }
        samples += parts.map { RoleMetrics.partTasks.sample($0.reading.held, $0.name) }
        samples += stalls.map { RoleMetrics.partStalledSeconds.sample($1 / .seconds(1), $0) }
        samples += parts.map {
            RoleMetrics.stallAfterSeconds.sample(($0.limit ?? .zero) / .seconds(1), $0.name)
        }
        samples.append(RoleMetrics.stallAfterSeconds.sample(settings.stallAfter / .seconds(1), "runtime"))
        return samples
    }
}
