import JSON

extension ChromiumPage {
    /// Roles that mean something only with a name.
    private static let named: Set = [
        "button", "link", "slider", "checkbox", "radio", "switch", "searchbox", "textbox", "combobox", "listbox", "tab",
        "dialog", "alertdialog", "image", "img", "DisclosureTriangle", "navigation",
    ]

    /// What is wrong with the page for somebody who hears it, by the tree that Chromium gives to screen readers.
    ///
    /// - Returns: A sentence for each thing: a control, a dialog or a picture without a name, a page without a language, with no title of its own or several.
    /// - Throws: As ``evaluate(_:)``.
    package func unheard() async throws -> [String] {
        let tree = try await call("Accessibility.getFullAXTree")["nodes"]?.elements ?? []
        let nodes = tree.filter { $0["ignored"]?.bool != true }
        func role(_ node: JSONValue) -> String { node["role"]?["value"]?.string ?? "" }
        func name(_ node: JSONValue) -> String { node["name"]?["value"]?.string ?? "" }
        var found = nodes.filter { Self.named.contains(role($0)) && name($0).allSatisfy(\.isWhitespace) }
            .map { "\(role($0)) \($0["backendDOMNodeId"]?.int ?? 0) has no name" }
        let titles = nodes.filter { node in
            role(node) == "heading"
                && (node["properties"]?.elements ?? []).contains {
                    $0["name"]?.string == "level" && $0["value"]?["value"]?.int == 1
                }
        }
        let isDialogOpen = try await evaluate("judge.dialog() !== null").bool == true
        // What is behind a dialog is not heard.
        if titles.count != (isDialogOpen ? 0 : 1) {
            found.append("there are \(titles.count) headings of the first level")
        }
        if try await evaluate("document.documentElement.lang").string?.isEmpty != false {
            found.append("the page has no language")
        }
        if try await evaluate("document.querySelectorAll('img:not([alt])').length").int != 0 {
            found.append("pictures have no alt")
        }
        return found
    }

    /// What has the focus one after the other, as the tabulator goes on.
    ///
    /// - Parameter count: How often it is pressed.
    /// - Returns: Of each its `id`, its `data-do`, or its tag.
    /// - Throws: As ``evaluate(_:)``.
    package func focused(afterTabs count: Int) async throws -> [String] {
        var names: [String] = []
        for _ in 0..<count {
            try await press(.tab)
            let name = try await evaluate(
                "(({ id, dataset, tagName }) => id || dataset.do || tagName)(document.activeElement ?? document.body)"
            )
            names.append(name.string ?? "")
        }
        return names
    }
}
