import Logging
import Pipeline
import Synchronization
import TestSupport
import Testing

extension BrokerTests {
    /// What every source of tasks does, whatever is behind it; `Worker` relies on no more than this.
    @Suite("Every source of tasks", .serialized, .timeLimit(.minutes(5)))
    struct TaskSourceConformanceTests {
        private typealias Kind = SourceUnderTest.Kind

        @Test(
            "Each task is handed out once and answered once, and after the drain there is nothing more",
            arguments: Kind.allCases
        )
        func once(kind: SourceUnderTest.Kind) async throws {
            try await SourceUnderTest.with(kind, tasks: 40) { subject in
                var images: [String] = []
                try await subject.running {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<40 {
                            let lease = try #require(await subject.source.next())
                            images.append(lease.task.imageID)
                            group.addTask { try await lease.settle(SourceUnderTest.answer(to: lease.task)) }
                        }
                        try await group.waitForAll()
                    }
                }
                #expect(Set(images).count == 40)
                #expect(await subject.source.next() == nil)
                #expect(try await subject.answered().sorted() == images.sorted())
            }
        }

        @Test("A second settlement does nothing, and is said", arguments: Kind.allCases)
        func twice(kind: SourceUnderTest.Kind) async throws {
            let log = CapturedLog()
            try await SourceUnderTest.with(kind, tasks: 1, logger: log.logger) { subject in
                var image = ""
                try await subject.running {
                    let lease = try #require(await subject.source.next())
                    image = lease.task.imageID
                    try await lease.settle(SourceUnderTest.answer(to: lease.task))
                    try await lease.settle(SourceUnderTest.answer(to: lease.task))
                    try await lease.settle(.retry(reason: "too late"))
                }
                #expect(try await subject.answered() == [image])
            }
            #expect(log.warnings.count { $0.contains("settled twice") } == 2)
        }

        @Test("A task that is given back comes again", arguments: Kind.redelivering)
        func givenBack(kind: SourceUnderTest.Kind) async throws {
            try await SourceUnderTest.with(kind, tasks: 2, lease: .seconds(3)) { subject in
                var images: [String] = []
                try await subject.running {
                    let (first, second) = (await subject.source.next(), await subject.source.next())
                    images = [first, second].compactMap { $0?.task.imageID }.sorted()
                    try await first?.settle(.retry(reason: "not now"))
                    let again = try #require(await subject.source.next())
                    #expect(again.task.imageID == first?.task.imageID)
                    for lease in [again, second].compactMap(\.self) {
                        try await lease.settle(SourceUnderTest.answer(to: lease.task))
                    }
                }
                #expect(try await subject.answered().sorted() == images)
            }
        }

        @Test("A lease that is forgotten is given back, and said", arguments: Kind.allCases)
        func forgotten(kind: SourceUnderTest.Kind) async throws {
            let log = CapturedLog()
            try await SourceUnderTest.with(kind, tasks: 1, lease: .seconds(3), logger: log.logger) { subject in
                var image: String?
                try await subject.running {
                    image = await subject.source.next()?.task.imageID
                    guard kind != .files else { return try await eventually { try await !subject.answered().isEmpty } }
                    let again = try #require(await subject.source.next())
                    try await again.settle(SourceUnderTest.answer(to: again.task))
                }
                #expect(try await subject.answered() == [image])
            }
            #expect(log.warnings.contains { $0.contains("dropped without settlement") })
        }

        @Test("What is in hand at a drain is still settled, and no more is handed out", arguments: Kind.allCases)
        func drained(kind: SourceUnderTest.Kind) async throws {
            try await SourceUnderTest.with(kind, tasks: 6) { subject in
                let running = Task { [source = subject.source] in try await source.run() }
                let (first, second) = (
                    try #require(await subject.source.next()), try #require(await subject.source.next())
                )
                subject.source.drain()
                subject.source.drain()
                // What the source had taken already may be handed out still.
                var rest: [Lease] = []
                while let lease = await subject.source.next() { rest.append(lease) }
                for lease in [first, second] + rest { try await lease.settle(SourceUnderTest.answer(to: lease.task)) }
                try await running.value
                let images = ([first, second] + rest).map(\.task.imageID)
                #expect(try await subject.answered().sorted() == images.sorted())
            }
        }

        @Test("Drained before it runs, it ends at once and hands out nothing", arguments: Kind.redelivering)
        func drainedBefore(kind: SourceUnderTest.Kind) async throws {
            try await SourceUnderTest.with(kind, tasks: 3) { subject in
                subject.source.drain()
                try await subject.source.run()
                #expect(await subject.source.next() == nil)
                #expect(try await subject.answered() == [])
            }
        }

        @Test(
            "Whoever is cancelled while there is nothing to take gets nothing, and the task that comes then is another's",
            arguments: Kind.redelivering
        )
        func cancelledTaker(kind: SourceUnderTest.Kind) async throws {
            try await SourceUnderTest.with(kind, tasks: 1, lease: .seconds(3)) { subject in
                var image = ""
                try await subject.running {
                    let lease = try #require(await subject.source.next())
                    image = lease.task.imageID
                    let waiting = Task { [source = subject.source] in await source.next()?.task.id }
                    waiting.cancel()
                    #expect(await waiting.value == nil)
                    try await lease.settle(.retry(reason: "for another"))
                    let again = try #require(await subject.source.next())
                    try await again.settle(SourceUnderTest.answer(to: again.task))
                }
                #expect(try await subject.answered() == [image])
            }
        }

        @Test("Cancelled, it returns and hands out no more, however much there is", arguments: Kind.redelivering)
        func cancelled(kind: SourceUnderTest.Kind) async throws {
            try await SourceUnderTest.with(kind, tasks: 30) { subject in
                let running = Task { [source = subject.source] in try await source.run() }
                let first = try #require(await subject.source.next())
                running.cancel()
                try await first.settle(.retry(reason: "the worker is stopping"))
                var rest = 0
                while let lease = await subject.source.next() {
                    rest += 1
                    try await lease.settle(.retry(reason: "the worker is stopping"))
                }
                // A source that is cancelled may say so.
                do {
                    try await running.value
                } catch is CancellationError {}
                #expect(rest < 30)
                #expect(try await subject.answered() == [])
            }
        }

        @Test(
            "Results that come while the server is away wait, and each task is answered once it is back",
            arguments: Kind.redelivering
        )
        func serverAway(kind: SourceUnderTest.Kind) async throws {
            try await SourceUnderTest.with(kind, tasks: 6) { subject in
                let link = try #require(subject.link)
                try await subject.running {
                    var leases: [Lease] = []
                    for _ in 0..<6 { leases.append(try #require(await subject.source.next())) }
                    link.cut()
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        let begun = SeenImages()
                        for lease in leases {
                            group.addTask {
                                begun.insert(lease.task.imageID)
                                // Returns when the result is safe, be it on its way or in a spool.
                                try await lease.settle(SourceUnderTest.answer(to: lease.task))
                            }
                        }
                        try await eventually { begun.all.count == 6 }
                        link.thaw()
                        try await group.waitForAll()
                    }
                    let images = Set(leases.map(\.task.imageID))
                    #expect(images.count == 6)
                    try await eventually { try await Set(subject.answered()).isSuperset(of: images) }
                }
            }
        }

        @Test(
            "However often the connection is lost while results go out, each task is answered",
            arguments: Kind.redelivering
        )
        func serverComesAndGoes(kind: SourceUnderTest.Kind) async throws {
            try await SourceUnderTest.with(kind, tasks: 40, lease: .seconds(3)) { subject in
                let link = try #require(subject.link)
                let seen = SeenImages()
                try await subject.running {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            while let lease = await subject.source.next() {
                                seen.insert(lease.task.imageID)
                                do {
                                    try await lease.settle(SourceUnderTest.answer(to: lease.task))
                                } catch is CancellationError {
                                    // A redelivery, cut off by the end of the test.
                                }
                            }
                        }
                        for cut in 1...4 {
                            try await eventually { seen.all.count >= cut * 5 }
                            link.cut()
                            link.thaw()
                        }
                        try await eventually { seen.all.count == 40 }
                        try await eventually { try await Set(subject.answered()).isSuperset(of: seen.all) }
                        group.cancelAll()
                        try await group.waitForAll()
                    }
                }
            }
        }
    }
}

/// The images of tasks, each once.
private final class SeenImages: Sendable {
    private let images = Mutex<Set<String>>([])

    var all: Set<String> { images.withLock(\.self) }

    func insert(_ image: String) {
        images.withLock { _ = $0.insert(image) }
    }
}
