package import Foundation
package import JSON

/// A page in a ``Chromium``, of a size and in a light.
package struct ChromiumPage: Sendable {
    /// A screen, and the colours that its owner likes.
    package struct Screen: Sendable, CustomStringConvertible {
        package let width: Int
        package let isDark: Bool
        package var description: String { "\(width) px, \(isDark ? "dark" : "light")" }

        /// A desktop and a phone, by day and by night.
        package static let all = [1_280, 360].flatMap { width in
            [false, true].map { Screen(width: width, isDark: $0) }
        }
    }

    private let browser: Chromium
    private let session: String
    private let target: String
    private let screen: Screen

    /// Opens a page and waits until all that it names is loaded.
    ///
    /// - Throws: As ``Chromium/call(_:_:session:)``.
    package init(_ url: String, in browser: Chromium, on screen: Screen) async throws {
        self.browser = browser
        self.screen = screen
        let made = try await browser.call("Target.createTarget", ["url": "about:blank"])
        target = made["targetId"]?.string ?? ""
        let attached = try await browser.call(
            "Target.attachToTarget",
            ["targetId": .string(target), "flatten": true]
        )
        session = attached["sessionId"]?.string ?? ""
        for domain in ["Page", "Runtime", "Log", "Network"] { try await call("\(domain).enable") }
        try await call(
            "Emulation.setDeviceMetricsOverride",
            ["width": JSONValue(screen.width), "height": 800, "deviceScaleFactor": 1, "mobile": false]
        )
        let scheme: JSONValue = ["name": "prefers-color-scheme", "value": .string(screen.isDark ? "dark" : "light")]
        try await call("Emulation.setEmulatedMedia", ["features": .array([scheme])])
        try await call("Page.navigate", ["url": .string(url)])
        try await waitUntil("document.readyState === 'complete' && location.href !== 'about:blank'")
    }

    /// Closes the page.
    package func close() async throws {
        try await browser.call("Target.closeTarget", ["targetId": .string(target)])
    }

    /// The value of an expression; of a promise, what it comes to.
    ///
    /// - Throws: ``TestEnvironmentError`` with the exception.
    package func evaluate(_ expression: String) async throws -> JSONValue {
        let answer = try await call(
            "Runtime.evaluate",
            ["expression": .string(expression), "returnByValue": true, "awaitPromise": true]
        )
        if let exception = answer["exceptionDetails"] {
            throw TestEnvironmentError("\(String(decoding: exception.encoded(), as: UTF8.self))")
        }
        return answer["result"]?["value"] ?? .null
    }

    /// Waits until an expression is true.
    ///
    /// - Throws: ``TestEnvironmentError`` with what the page says when it does not come true.
    package func waitUntil(_ expression: String) async throws {
        do {
            try await eventually { try await evaluate(expression).bool == true }
        } catch is WaitedInVain {
            let text = try await evaluate("document.body.innerText.slice(0, 500)").string ?? ""
            throw TestEnvironmentError("\(expression) did not come true: \(complaints), \(text)")
        }
    }

    /// A key of a keyboard, with the number by which Chromium knows it.
    package enum Key: Int, Sendable {
        case tab = 9
        case enter = 13
        case escape = 27
        case arrowRight = 39

        fileprivate var name: String {
            switch self {
            case .tab: "Tab"
            case .enter: "Enter"
            case .escape: "Escape"
            case .arrowRight: "ArrowRight"
            }
        }
    }

    /// Presses and releases a key.
    package func press(_ key: Key) async throws {
        for type in ["keyDown", "keyUp"] {
            var event: JSONObject = [
                "type": .string(type), "key": .string(key.name), "code": .string(key.name),
                "windowsVirtualKeyCode": JSONValue(key.rawValue),
            ]
            // What is a letter as well operates a button as that.
            if key == .enter, type == "keyDown" { event["text"] = "\r" }
            try await call("Input.dispatchKeyEvent", event)
        }
    }

    /// Messages on the console, exceptions, and what could not be loaded.
    package var complaints: [String] {
        browser.events(of: session).compactMap { event in
            switch event["method"]?.string {
            case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded":
                String(decoding: event.encoded(), as: UTF8.self)
            case "Network.loadingFailed" where event["params"]?["canceled"]?.bool != true:
                String(decoding: event.encoded(), as: UTF8.self)
            default: nil
            }
        }
    }

    /// Writes a picture of the whole page.
    package func takePicture(to file: URL) async throws {
        let size = try await evaluate("document.documentElement.scrollHeight").int ?? 800
        let clip: JSONValue = [
            "x": 0, "y": 0, "width": JSONValue(screen.width), "height": JSONValue(min(size, 8_000)), "scale": 1,
        ]
        let picture = try await call(
            "Page.captureScreenshot",
            ["format": "png", "captureBeyondViewport": true, "clip": clip]
        )
        guard let data = picture["data"]?.string.flatMap({ Data(base64Encoded: $0) }) else {
            throw TestEnvironmentError("There is no picture.")
        }
        try data.write(to: file)
    }

    @discardableResult
    func call(_ method: String, _ parameters: JSONObject = [:]) async throws -> JSONValue {
        try await browser.call(method, parameters, session: session)
    }
}
