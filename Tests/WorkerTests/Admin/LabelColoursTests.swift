import Testing

@testable import Worker

@Suite("Colours of labels")
struct LabelColoursTests {
    @Test("However many labels there are, no two have the same colour")
    func distinct() {
        for labels in [(0..<2_000).map { "species \($0)" }, (0..<200).map { "brown \($0)" }] {
            #expect(Set(LabelColours.css(of: labels)).count == labels.count)
        }
    }

    @Test("A label that names a colour has it")
    func named() {
        let labels = [
            "dark, plain", "brown, plain", "brown, patterned", "Yellow Underwing", "greenish", "Noctua pronuba",
        ]
        let hues = LabelColours.css(of: labels).map { $0.dropLast().split(separator: " ").last.flatMap { Double($0) } }
        #expect(hues.prefix(4) == [60, 55, 55, 98])
        #expect(hues[4] == 252 && hues[5] != 252)
    }
}
