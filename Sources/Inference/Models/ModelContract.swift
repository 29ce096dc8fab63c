/// The inputs and outputs a model must have for its role.
struct ModelContract {
    let inputs: [TensorDescription]
    var optionalInputs: [TensorDescription] = []
    let outputs: [TensorDescription]

    /// A sentence for each way in which a model breaks the contract; a model may say less than the contract, and have more
    /// outputs.
    func mistakes(of session: any InferenceSession) -> [String] {
        let known = inputs + optionalInputs
        var mistakes: [String] = []
        for wanted in inputs where !session.inputs.contains(where: { $0.name == wanted.name }) {
            mistakes.append("lacks the input \(wanted)")
        }
        for input in session.inputs {
            if let wanted = known.first(where: { $0.name == input.name }) {
                if !input.fits(wanted) { mistakes.append("has the input \(input) instead of \(wanted)") }
            } else {
                mistakes.append("has an input \(input) that nothing would fill")
            }
        }
        for wanted in outputs {
            guard let output = session.output(named: wanted.name) else {
                mistakes.append("lacks the output \(wanted)")
                continue
            }
            if !output.fits(wanted) { mistakes.append("has the output \(output) instead of \(wanted)") }
        }
        return mistakes
    }
}

extension TensorDescription {
    // A size the contract fixes may be free in the model; one it leaves free must be free.
    fileprivate func fits(_ wanted: TensorDescription) -> Bool {
        guard element == wanted.element, dimensions.count == wanted.dimensions.count else { return false }
        return zip(dimensions, wanted.dimensions).allSatisfy { has, wants in has == nil || has == wants }
    }
}
