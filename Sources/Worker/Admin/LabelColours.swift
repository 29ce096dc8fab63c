import Foundation

/// A colour for each label, however many there are; where a label names a colour, it is that one.
package struct LabelColours {
    /// Lightness, chroma and hue, as OKLCH has them: equal steps look equal.
    private struct Colour: Hashable {
        var lightness: Double
        var chroma: Double
        var hue: Double

        var css: String {
            let parts = [
                NumberText.fixed(lightness, digits: 3), NumberText.fixed(chroma, digits: 3),
                NumberText.fixed(hue.truncatingRemainder(dividingBy: 360), digits: 1),
            ]
            return "oklch(\(parts.joined(separator: " ")))"
        }
    }

    private static let words: [String: Colour] = [
        "black": Colour(lightness: 0.3, chroma: 0.01, hue: 60), "dark": Colour(lightness: 0.38, chroma: 0.03, hue: 60),
        "grey": Colour(lightness: 0.64, chroma: 0.012, hue: 250),
        "gray": Colour(lightness: 0.64, chroma: 0.012, hue: 250),
        "silver": Colour(lightness: 0.76, chroma: 0.01, hue: 250),
        "white": Colour(lightness: 0.95, chroma: 0.01, hue: 95),
        "pale": Colour(lightness: 0.88, chroma: 0.04, hue: 95), "cream": Colour(lightness: 0.92, chroma: 0.05, hue: 95),
        "brown": Colour(lightness: 0.5, chroma: 0.09, hue: 55), "tan": Colour(lightness: 0.7, chroma: 0.08, hue: 70),
        "orange": Colour(lightness: 0.72, chroma: 0.17, hue: 58), "red": Colour(lightness: 0.57, chroma: 0.2, hue: 27),
        "reddish": Colour(lightness: 0.58, chroma: 0.16, hue: 30),
        "pink": Colour(lightness: 0.76, chroma: 0.14, hue: 355),
        "yellow": Colour(lightness: 0.85, chroma: 0.16, hue: 98),
        "golden": Colour(lightness: 0.78, chroma: 0.14, hue: 85),
        "green": Colour(lightness: 0.62, chroma: 0.15, hue: 145),
        "blue": Colour(lightness: 0.58, chroma: 0.16, hue: 255),
        "purple": Colour(lightness: 0.5, chroma: 0.17, hue: 305),
        "violet": Colour(lightness: 0.55, chroma: 0.17, hue: 295),
    ]

    /// The colours of labels, as CSS has them, none of them twice.
    ///
    /// - Parameter labels: The most frequent first: these are the furthest apart.
    /// - Returns: A colour for each.
    package static func css(of labels: [String]) -> [String] {
        var taken: Set<String> = []
        var others = 0
        return labels.map { label in
            let named = named(label)
            var variant = 0
            while true {
                let colour: Colour
                if let named {
                    colour = Self.variant(variant, of: named)
                } else {
                    colour = Self.other(others)
                    others += 1
                }
                if taken.insert(colour.css).inserted { return colour.css }
                variant += 1
            }
        }
    }

    /// The first colour that a label names.
    private static func named(_ label: String) -> Colour? {
        label.lowercased().split { !$0.isLetter }.lazy.compactMap { words[String($0)] }.first
    }

    /// Shades of a colour.
    private static func variant(_ number: Int, of colour: Colour) -> Colour {
        let shades = [0, -0.09, 0.07, -0.045, 0.035]
        var colour = colour
        colour.lightness = min(max(colour.lightness + shades[number % shades.count], 0.25), 0.97)
        colour.chroma = max(0, colour.chroma - 0.004 * Double(number / shades.count % 8))
        colour.hue += 2.3 * Double(number / shades.count) + 360
        return colour
    }

    /// Hues by the golden angle: each is far from those before it.
    private static func other(_ number: Int) -> Colour {
        let lightness = [0.64, 0.54, 0.74][number / 7 % 3]
        return Colour(lightness: lightness, chroma: 0.155, hue: 252 + 137.508 * Double(number))
    }
}
