import Concurrency
import Foundation
import Imaging
package import Pipeline
package import Worker

/// Takes the results of files as they come, and writes them in the order of the files or keeps what a page shows.
///
/// On a thread of its own: whoever reads the output may be slow, and nothing else must wait for that but further results.
package actor FileResults {
    /// Where the results go.
    package enum Form: Sendable {
        /// Paragraphs for people.
        case text(Terminal)
        /// One JSON object a line, as a server would get it.
        case json
        /// Nothing is written now: a page is made of all of them.
        case page
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The files that have no analysis, in the order in which that turned out.
    package private(set) var failed: [String] = []

    private let executor: SerialThreadExecutor
    private let paths: [String]
    private let output: Form
    private let write: @Sendable ([UInt8]) throws -> Void
    private let onFailure: @Sendable () -> Void
    private var order = Resequencer<[UInt8]>()
    private var shown: [Int: FileResult] = [:]
    private var features: FeatureTable?
    private var mistake: (any Error)?

    /// Starts with nothing.
    ///
    /// - Parameters:
    ///   - paths: The files.
    ///   - output: What becomes of the results.
    ///   - features: Takes their features, too.
    ///   - write: Writes to standard output, or to where a test looks.
    ///   - onFailure: Called once when results cannot be written; further ones are dropped.
    /// - Throws: `SystemThread.Shortage` without a thread to write on.
    package init(
        paths: [String],
        output: Form,
        features: FeatureTable? = nil,
        write: @escaping @Sendable ([UInt8]) throws -> Void = { try Output.standard.write($0[...]) },
        onFailure: @escaping @Sendable () -> Void = {}
    ) throws {
        executor = try SerialThreadExecutor(name: "output")
        self.paths = paths
        self.output = output
        self.features = features
        self.write = write
        self.onFailure = onFailure
    }

    /// Takes the result of the file at a position.
    package func take(_ result: EncodedResult, at position: Int) {
        guard mistake == nil else { return }
        if result.isError { failed.append(paths[position]) }
        do {
            try features?.take(result, at: position)
            switch output {
            case .json: try write(result.json + [UInt8(ascii: "\n")], at: position)
            case .text(let terminal):
                let text = try FileResult(result).text(of: paths[position], on: terminal)
                try write(Array(text.utf8), at: position)
            case .page: shown[position] = try FileResult(result)
            }
        } catch {
            mistake = error
            onFailure()
        }
    }

    /// Writes what is left when some results never came.
    ///
    /// - Throws: `CommandFailure` when results could not be written, or when one could not be read, which is a mistake of this program.
    package func finish() throws {
        if let mistake { throw mistake }
        try features?.finish()
        try order.finish().forEach(write)
    }

    /// The images for a page, the first hundred, each with a small picture as far as it can be read.
    package func pictures() -> [ReportData.Image] {
        let pool = PixelBufferPool(maximumIdleBytes: 64 << 20)
        return paths.enumerated().prefix(ReportData.mostPictures).map { position, path in
            let bytes = FileManager.default.contents(atPath: path).map(Array.init)
            return ReportData.Image(
                name: path,
                picture: bytes.flatMap { try? Thumbnail(of: $0, pool: pool) },
                boxes: (shown[position]?.insects ?? []).map(ReportData.Box.init),
                error: shown[position].map(\.failure) ?? "not analysed"
            )
        }
    }

    private func write(_ bytes: [UInt8], at position: Int) throws {
        try order.add(bytes, at: position).forEach(write)
    }
}

extension ReportData.Box {
    fileprivate init(_ insect: FileResult.Insect) {
        self.init(
            x1: Double(insect.x1),
            y1: Double(insect.y1),
            x2: Double(insect.x2),
            y2: Double(insect.y2),
            label: insect.answer?.label ?? "insect",
            score: insect.answer?.score
        )
    }
}
