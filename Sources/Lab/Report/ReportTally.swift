import Imaging

/// Counts over all images of a run, also those on other pages: how many insects there are of each label, in each hour and at each station, by score.
///
/// Its size depends on labels, hours and stations, and not on the number of images.
struct ReportTally: Sendable {
    /// Scores are counted in steps of so many percent, which are those of the page's slider.
    static let scoreStep = 5

    /// A number of insects.
    struct Cell: Hashable {
        /// The hour or the station, by its number; 0 where only labels are counted.
        let place: Int
        let label: Int
        /// The score in steps.
        let step: Int
    }

    /// An image without a result.
    struct Failure {
        /// Its place among all images.
        let position: Int
        let name: String
        let reason: String
    }

    /// More failures than these are counted: a wrong folder of a hundred thousand files is no page.
    static let mostFailures = 1_000

    private(set) var imageCount = 0
    private(set) var failureCount = 0
    /// The first of them.
    private(set) var failures: [Failure] = []
    private(set) var insectCount = 0
    /// Insects on images without a time.
    private(set) var timelessCount = 0
    /// The labels, by the numbers that all pages use.
    private(set) var labels = CategoryList()
    private(set) var labelCounts: [Int] = []
    private(set) var stations = CategoryList()
    private(set) var byLabel: [Cell: Int] = [:]
    private(set) var byHour: [Cell: Int] = [:]
    private(set) var byStation: [Cell: Int] = [:]

    /// The labels' numbers, the most frequent first, equals in alphabetical order.
    var ranking: [Int] {
        labels.labels.indices.sorted {
            (labelCounts[$1], labels.labels[$0]) < (labelCounts[$0], labels.labels[$1])
        }
    }

    /// Counts an image.
    ///
    /// - Returns: The number of each box's label.
    mutating func add(_ image: ReportImage) -> [Int] {
        imageCount += 1
        if let error = image.error {
            failureCount += 1
            if failures.count < Self.mostFailures {
                failures.append(Failure(position: imageCount, name: image.name, reason: error))
            }
        }
        insectCount += image.boxes.count
        if image.capturedAt == nil { timelessCount += image.boxes.count }
        // A station where nothing was found is one, too.
        let station = image.station.isEmpty ? nil : stations.number(of: image.station)
        return image.boxes.map { box in
            let label = labels.number(of: box.label)
            if label == labelCounts.count { labelCounts.append(0) }
            labelCounts[label] += 1
            let step = box.percent / Self.scoreStep
            byLabel[Cell(place: 0, label: label, step: step), default: 0] += 1
            if let hour = image.capturedAt?.hour {
                byHour[Cell(place: hour, label: label, step: step), default: 0] += 1
            }
            if let station { byStation[Cell(place: station, label: label, step: step), default: 0] += 1 }
            return label
        }
    }
}
