import Concurrency
import Foundation
import Imaging
import Inference
import JSON
import Pipeline
import Synchronization

/// The last few images with their boxes, small; made only while somebody watches, one at a time and on a thread of their own.
final class LiveImages: TaskObserver {
    /// A box, in pixels of the full-size image.
    struct Box: Sendable, Equatable {
        let x1: Int
        let y1: Int
        let x2: Int
        let y2: Int
        let label: String
        let score: Double?
        /// Of the label, as CSS has it.
        let colour: String
    }

    /// An image's entry on the page; the picture itself is asked for by its id.
    struct Entry: Sendable, Equatable {
        let id: Int
        /// The last part of the address, without its query: signatures are there.
        let name: String
        let task: String
        let job: Int?
        let pipeline: String
        let width: Int
        let height: Int
        /// Seconds since 1970.
        let time: Double
        let boxes: [Box]
        /// Insects found, those without a box here included.
        let count: Int
    }

    private struct State {
        var entries: [Entry] = []
        var pictures: [Int: [UInt8]] = [:]
        var nextID = 1
        var isBusy = false
        var watchedUntil: ContinuousClock.Instant?
        var madeAt: ContinuousClock.Instant?
        /// In the order in which they came, and a colour for each.
        var labels: [String] = []
        var colours: [String: String] = [:]

        /// The colours of the labels so far, and of some more: each keeps its own until there are far too many.
        mutating func colours(with more: [String]) -> [String: String] {
            if more.allSatisfy({ colours[$0] != nil }) { return colours }
            if labels.count > LiveImages.mostLabels { labels = [] }
            for label in more where !labels.contains(label) { labels.append(label) }
            colours = Dictionary(uniqueKeysWithValues: zip(labels, LabelColours.css(of: labels)))
            return colours
        }
    }

    private static let capacity = 12
    private static let mostLabels = 2_000
    /// More boxes than this make a page that no browser likes.
    fileprivate static let mostBoxes = 200
    /// Enough for a picture that fills a screen; the small ones are made of it by the browser.
    private static let width = 1_280

    private let state = Mutex(State())
    private let threads = BlockingPool(name: "thumbnail", threadCount: 1)
    private let buffers = PixelBufferPool(maximumIdleBytes: 2 << 20)

    /// Somebody watches; said again every second.
    func watch() {
        state.withLock { $0.watchedUntil = .now + .seconds(5) }
    }

    /// The images, the newest first.
    var entries: [Entry] { state.withLock { $0.entries } }

    /// The small picture of an image that is still among the last.
    func jpeg(_ id: Int) -> [UInt8]? { state.withLock { $0.pictures[id] } }

    /// Takes an image if somebody watches and none was taken within the last second; returns at once.
    func analysed(_ analysed: AnalysedImage) {
        let now = ContinuousClock.now
        let isWanted = state.withLock { state in
            guard !state.isBusy, let until = state.watchedUntil, now < until,
                state.madeAt.map({ now - $0 >= .seconds(1) }) ?? true
            else { return false }
            state.isBusy = true
            state.madeAt = now
            return true
        }
        guard isWanted else { return }
        Task {
            // The pixels keep their part of the budget meanwhile; it takes some ten milliseconds.
            let picture = try? await threads.run { [buffers] in
                try Thumbnail(of: analysed.image.buffer, widthLimit: Self.width, quality: 75, pool: buffers)
            }
            add(analysed, picture)
        }
    }

    private func add(_ analysed: AnalysedImage, _ picture: Thumbnail?) {
        state.withLock { state in
            state.isBusy = false
            guard let picture else { return }
            let id = state.nextID
            state.nextID += 1
            state.pictures[id] = picture.jpeg
            let insects = analysed.insects.prefix(Self.mostBoxes)
            let colours = state.colours(with: insects.map { $0.shownLabel.label })
            state.entries.insert(Entry(id: id, analysed, picture, colours: colours), at: 0)
            for old in state.entries.dropFirst(Self.capacity) { state.pictures[old.id] = nil }
            state.entries = Array(state.entries.prefix(Self.capacity))
        }
    }

    /// An image's name: the last part of its address' path, without query and fragment.
    static func name(of url: String) -> String {
        var path = url.prefix { $0 != "?" && $0 != "#" }
        // The host is no name, and a password may stand before it.
        if let scheme = path.range(of: "://") { path = path[scheme.upperBound...].drop { $0 != "/" } }
        let last = path.split(separator: "/").last.map(String.init) ?? ""
        return String((last.removingPercentEncoding ?? last).prefix(80))
    }
}

extension DetectedInsect {
    /// The surest answer, or else the last word there is.
    fileprivate var shownLabel: (label: String, score: Double?) {
        let surest = classifications.filter(\.isTerminal).max { $0.score < $1.score }
        guard let answer = surest ?? classifications.last else { return ("insect", nil) }
        return (answer.label, Double(answer.score))
    }
}

extension LiveImages.Entry {
    fileprivate init(id: Int, _ analysed: AnalysedImage, _ picture: Thumbnail, colours: [String: String]) {
        let task = analysed.task
        self.init(
            id: id,
            name: LiveImages.name(of: task.imageURL),
            task: String(task.id.prefix(80)),
            job: task.jobID,
            pipeline: task.pipeline,
            width: picture.fullWidth,
            height: picture.fullHeight,
            time: Date().timeIntervalSince1970,
            boxes: analysed.insects.prefix(LiveImages.mostBoxes).map { insect in
                let (label, score) = insect.shownLabel
                return LiveImages.Box(
                    x1: insect.box.x1,
                    y1: insect.box.y1,
                    x2: insect.box.x2,
                    y2: insect.box.y2,
                    label: label,
                    score: score,
                    colour: colours[label] ?? ""
                )
            },
            count: analysed.insects.count
        )
    }
}

extension LiveImages.Entry {
    /// The JSON that the page reads.
    var json: JSONValue {
        var members: JSONObject = [
            "id": JSONValue(id), "name": .string(name), "task": .string(task), "pipeline": .string(pipeline),
            "width": JSONValue(width), "height": JSONValue(height), "time": .number(time),
            "boxes": .array(boxes.map(\.json)), "count": JSONValue(count),
        ]
        members["job"] = job.map { JSONValue($0) }
        return .object(members)
    }
}

extension LiveImages.Box {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "x1": JSONValue(x1), "y1": JSONValue(y1), "x2": JSONValue(x2), "y2": JSONValue(y2), "label": .string(label),
            "colour": .string(colour),
        ]
        members["score"] = score.map(JSONValue.number)
        return .object(members)
    }
}
