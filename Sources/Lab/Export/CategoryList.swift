/// Labels with a number each, in the order in which they were first met.
struct CategoryList: Sendable {
    /// The labels, each at its number.
    private(set) var labels: [String] = []
    private var numbers: [String: Int] = [:]

    /// The number of a label, from 0; a new one for a label that is new.
    mutating func number(of label: String) -> Int {
        if let number = numbers[label] { return number }
        numbers[label] = labels.count
        labels.append(label)
        return labels.count - 1
    }
}
