import Glibc

/// Turns logits into shares of 1.
///
/// The greatest logit is taken off first, so nothing overflows. Terms are single precision, their sum double: tens of
/// thousands of classes would lose digits otherwise.
func softmax(_ logits: [Float]) -> [Float] {
    guard let greatest = logits.max() else { return [] }
    let terms = logits.map { expf($0 - greatest) }
    let sum = terms.reduce(0.0) { $0 + Double($1) }
    return terms.map { Float(Double($0) / sum) }
}
