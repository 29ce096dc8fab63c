import Inference

/// Which of a classifier's scores a result carries.
package enum ScoreSelection: Hashable, Sendable {
    /// All scores and all logits, as the original does.
    case all
    /// The best so many scores, at least one.
    ///
    /// The server finds a label by the position of its score, so the positions stay: the other scores are written as 0. Logits
    /// are left out, as no number could stand for a logit that is not told.
    case top(Int)

    /// The same, and no more scores than somebody asks for; nil asks for all.
    func limited(to count: Int?) -> ScoreSelection {
        guard let count else { return self }
        return switch self {
        case .all: .top(count)
        case .top(let most): .top(min(most, count))
        }
    }

    /// The positions of the scores that are kept, in ascending order; nil when all are.
    ///
    /// The label's own is always among them; of equal scores the first are.
    func positions(in classification: Classification) -> [Int]? {
        guard case .top(let count) = self, count < classification.scores.count else { return nil }
        let scores = classification.scores
        var best = [classification.labelIndex]
        // An insertion sort of the few best: most scores end at the first comparison.
        for index in scores.indices where index != classification.labelIndex {
            // The label stays even where another score is greater.
            guard best.count < count || (count > 1 && scores[index] > scores[best[best.count - 1]]) else { continue }
            if best.count == count { best.removeLast() }
            let place = best.lastIndex { scores[$0] >= scores[index] } ?? 0
            best.insert(index, at: place + 1)
        }
        return best.sorted()
    }
}
