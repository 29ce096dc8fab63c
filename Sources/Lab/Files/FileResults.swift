import Concurrency
package import Pipeline
package import Worker

/// Takes the results of files as they come, and writes them in the order of the files.
///
/// It writes on a thread of its own: whoever reads the output may be slow, and only further results must wait for that. Results behind a slow
/// image are kept up to a number; beyond it their tasks are not settled, and so no further files are taken in hand.
package actor FileResults {
    /// Where the results go.
    package enum Form: Sendable {
        /// Paragraphs for people.
        case text(Terminal)
        /// One JSON object a line, as a server would get it.
        case json
        /// Only into files.
        case none
    }

    /// What is kept of a result until its turn has come.
    private struct Waiting {
        let text: [UInt8]
        let file: AnalysedFile?
        let path: String
        let failure: String?
    }

    /// Results that wait for one before them.
    private static let mostWaiting = 256

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The files that have no analysis.
    package private(set) var failures = FileFailures()
    /// The insects found so far.
    package private(set) var insectCount = 0

    private let executor: SerialThreadExecutor
    private let files: [ImageFiles.File]
    private let output: Form
    private let preparer: FilePreparer
    private let mostWaiting: Int
    private let write: @Sendable ([UInt8]) throws -> Void
    private let onFailure: @Sendable () -> Void
    private let turns = WakeSignal()
    private var order = Resequencer<Waiting>()
    private var exports: [any ResultExport]
    private var report: ReportWriter?
    private var features: FeatureTable?
    private var mistake: (any Error)?

    /// Starts with nothing.
    ///
    /// - Parameters:
    ///   - files: The files.
    ///   - output: What becomes of the results.
    ///   - exports: Write them to files, too.
    ///   - report: Shows them on pages, too.
    ///   - features: Takes their features, too.
    ///   - preparer: Makes what exports need; it has to see the images.
    ///   - mostWaiting: Results that may wait for one before them.
    ///   - write: Writes to standard output, or to where a test looks.
    ///   - onFailure: Called once when results cannot be written; further ones are dropped.
    /// - Throws: `SystemThread.Shortage` without a thread to write on.
    package init(
        files: [ImageFiles.File],
        output: Form,
        exports: [any ResultExport] = [],
        report: ReportWriter? = nil,
        features: FeatureTable? = nil,
        preparer: FilePreparer? = nil,
        mostWaiting: Int = FileResults.mostWaiting,
        write: @escaping @Sendable ([UInt8]) throws -> Void = { try Output.standard.write($0[...]) },
        onFailure: @escaping @Sendable () -> Void = {}
    ) throws {
        executor = try SerialThreadExecutor(name: "output")
        self.files = files
        self.output = output
        self.exports = exports
        self.report = report
        self.features = features
        self.preparer = preparer ?? FilePreparer(files: files, report: false, crops: false)
        self.mostWaiting = mostWaiting
        self.write = write
        self.onFailure = onFailure
    }

    /// Takes the result of the file at a position; waits while too many results wait for one before them.
    package func take(_ result: EncodedResult, at position: Int) async {
        guard mistake == nil else { return }
        do {
            let waiting = try await waiting(result, at: position)
            await turns.wait { mistake != nil || order.hasRoom(for: position, mostWaiting: mostWaiting) }
            guard mistake == nil else { return }
            try features?.take(result, at: position)
            try order.add(waiting, at: position).forEach(write)
        } catch {
            if mistake == nil { onFailure() }
            mistake = mistake ?? error
        }
        turns.notify()
    }

    /// Writes what is left when some results never came, and finishes the exports.
    ///
    /// - Throws: `CommandFailure` when results could not be written, or when one could not be read, which is a mistake of this program.
    package func finish() throws {
        if let mistake { throw mistake }
        try features?.finish()
        try order.finish().forEach(write)
        for index in exports.indices { try exports[index].finish() }
    }

    /// Writes the pages of the report, behind ``finish()``.
    ///
    /// - Returns: The path of the first page; nil where none was asked for.
    /// - Throws: `CommandFailure` when they cannot be written.
    package func writeReport(_ summary: ReportSummary) throws -> String? { try report?.write(summary) }

    private func waiting(_ result: EncodedResult, at position: Int) async throws -> Waiting {
        let path = files[position].path
        let file = exports.isEmpty && report == nil ? nil : try await preparer.file(result, at: position)
        let read = { () throws -> FileResult in try file?.result ?? FileResult(result) }
        let failure = result.isError ? try read().failure ?? "no result" : nil
        var text: [UInt8] = []
        switch output {
        case .json: text = result.json + [UInt8(ascii: "\n")]
        case .text(let terminal): text = Array(try read().text(of: path, on: terminal).utf8)
        case .none: break
        }
        return Waiting(text: text, file: file, path: path, failure: failure)
    }

    private func write(_ waiting: Waiting) throws {
        if let failure = waiting.failure { failures.add(waiting.path, reason: failure) }
        if !waiting.text.isEmpty { try write(waiting.text) }
        guard let file = waiting.file else { return }
        insectCount += file.result.insects.count
        for index in exports.indices { try exports[index].take(file) }
        try report?.add(ReportImage(file))
    }
}
