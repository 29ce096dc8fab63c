import Imaging

extension CaptureTime {
    /// Reads the time that traps and cameras put into the names of files: `station-20220622000459-108.jpg`, `IMG_20220622_000459.jpg`,
    /// `2022-06-22 00-04-59.jpg`.
    init?(fileName: String) {
        guard let (_, time) = Self.find(in: fileName) else { return nil }
        self = time
    }

    /// The time in a name, and what stands before it.
    static func find(in fileName: String) -> (before: Substring, time: CaptureTime)? {
        let runs = digitRuns(of: fileName)
        for (index, run) in runs.enumerated() where [4, 8, 14, 17].contains(run.count) {
            var digits = ""
            var end = run.startIndex
            for next in runs[index...] {
                let gap = fileName[end..<next.startIndex]
                guard gap.isEmpty || gap.count == 1 && "-_. T:@".contains(gap) else { break }
                digits += next
                end = next.endIndex
                if digits.count >= 14 { break }
            }
            // Thousandths of a second may follow.
            guard digits.count == 14 || digits.count == 17, let time = CaptureTime(digits: digits.prefix(14)) else {
                continue
            }
            return (fileName[..<run.startIndex], time)
        }
        return nil
    }

    private static func digitRuns(of text: String) -> [Substring] {
        text.split { !($0.isASCII && $0.isNumber) }
    }
}
