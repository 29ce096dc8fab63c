import Foundation
import JSON

extension ChromiumPage {
    /// Looks at the page, operates everything that can be operated, and looks again after each.
    ///
    /// - Returns: A sentence for each thing that is wrong, each once: text that is cut off, outside the screen or over other text, pictures that
    ///   did not load, links that lead nowhere, dialogs that do not close, text that is hard to tell from what is behind it, and as ``unheard()``.
    /// - Throws: As ``evaluate(_:)``.
    package func problems() async throws -> [String] {
        _ = try await evaluate(Self.script)
        var found = try await strings("judge.look()") + strings("judge.pictures()") + unheard()
        for link in try await strings("judge.links()") where !isThere(link) { found.append("\(link) is not there") }
        let count = try await evaluate("judge.controls().length").int ?? 0
        for index in 0..<count {
            let name = try await evaluate("judge.operate(\(index))").string ?? ""
            found += try await strings("judge.look()").map { "after \(name): \($0)" }
            guard try await evaluate("judge.dialog() !== null").bool == true else { continue }
            found += try await unheard().map { "after \(name): \($0)" }
            let buttons = try await evaluate("judge.controls().length").int ?? 0
            for button in 0..<buttons where try await evaluate("judge.dialog() !== null").bool == true {
                let inner = try await evaluate("judge.operate(\(button))").string ?? ""
                found += try await strings("judge.look()").map { "after \(name), \(inner): \($0)" }
            }
            try await press(.escape)
            if try await evaluate("judge.settle().then(() => judge.dialog() !== null)").bool == true {
                found.append("after \(name): the dialog does not close at Escape")
                _ = try await evaluate("judge.dialog().remove()")
            }
        }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted }
    }

    private func isThere(_ link: String) -> Bool {
        guard let url = URL(string: link), url.isFileURL else { return false }
        return FileManager.default.fileExists(atPath: url.path)
    }

    private func strings(_ expression: String) async throws -> [String] {
        try await evaluate(expression).strings ?? ["\(expression) says nothing"]
    }

    private static let script = #"""
        window.judge = (() => {
          const tolerance = 1.5;
          const isShown = (node) => node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
          const dialog = () => [...document.querySelectorAll("dialog[open], [role=dialog], [aria-modal=true]")].filter(isShown).at(-1) ?? null;
          const name = (node) => `${node.tagName.toLowerCase()}${node.id ? `#${node.id}` : ""} "${(node.getAttribute("aria-label") || node.textContent || node.name || "").trim().replace(/\s+/g, " ").slice(0, 40)}"`;
          const ways = { x: ["left", "right", "overflowX"], y: ["top", "bottom", "overflowY"] };

          // What lies over the page on purpose is looked at by itself.
          function layer(node) {
            for (let each = node; each; each = each.parentElement) {
              if (each.tagName === "DIALOG" || ["fixed", "sticky"].includes(getComputedStyle(each).position)) return each;
            }
            return document.body;
          }

          function texts() {
            const list = [], root = dialog() ?? document.body;
            const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
            for (let text = walker.nextNode(); text; text = walker.nextNode()) {
              const parent = text.parentElement;
              if (!text.data.trim() || !parent || parent.closest("script, style, title, desc, noscript, option, template") || !isShown(parent)) continue;
              // Only for those who listen.
              if (parent.closest("[class*=hidden], .sr-only") && parent.getBoundingClientRect().width <= 2) continue;
              const range = document.createRange();
              range.selectNodeContents(text);
              for (const box of range.getClientRects()) {
                if (box.width > 0.5 && box.height > 0.5) list.push({ text: text.data.trim().replace(/\s+/g, " ").slice(0, 40), parent, layer: layer(parent), box });
              }
            }
            return list;
          }

          function cut({ text, parent, box }) {
            const scrolled = { x: false, y: false };
            for (let each = parent; each && each !== document.documentElement; each = each.parentElement) {
              const style = getComputedStyle(each), frame = each.getBoundingClientRect();
              for (const [way, [from, to, overflow]] of Object.entries(ways)) {
                if (scrolled[way] || (each === document.body)) continue;
                if (["auto", "scroll"].includes(style[overflow])) scrolled[way] = true;
                else if (["hidden", "clip"].includes(style[overflow]) && each.tagName !== "BODY"
                  && (box[from] < frame[from] - 2 || box[to] > frame[to] + 2)) return `"${text}" is cut off by ${name(each)}`;
              }
            }
            if (!scrolled.x && (box.left < -tolerance || box.right > judge.width() + tolerance)) return `"${text}" is outside the screen`;
            return null;
          }

          // What a colour is on a screen, whatever words it is written in.
          const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
          const seen = new Map();
          function colour(text) {
            if (!seen.has(text)) {
              pen.clearRect(0, 0, 1, 1);
              pen.fillStyle = text;
              pen.fillRect(0, 0, 1, 1);
              seen.set(text, [...pen.getImageData(0, 0, 1, 1).data].map((part) => part / 255));
            }
            return seen.get(text);
          }

          const over = (front, back, alpha = front[3]) => [0, 1, 2].map((part) => front[part] * alpha + back[part] * (1 - alpha)).concat(1);
          const light = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, part) =>
            sum + weight * (rgb[part] <= 0.03928 ? rgb[part] / 12.92 : ((rgb[part] + 0.055) / 1.055) ** 2.4), 0);

          // Letters on what is behind them, as WCAG 2 has it for its level AA; what lies on a picture has a plate of its own.
          function pale(parent, text) {
            if (parent.namespaceURI !== document.documentElement.namespaceURI || parent.closest(":disabled")) return null;
            let opacity = 1;
            const layers = [];
            for (let each = parent; each; each = each.parentElement) {
              const style = getComputedStyle(each);
              opacity *= Number(style.opacity);
              const back = colour(style.backgroundColor);
              if (back[3] > 0) layers.push(back);
              if (back[3] === 1) break;
            }
            const base = layers.at(-1)?.[3] === 1 ? layers.pop() : colour("Canvas");
            const back = layers.reduceRight((below, layer) => over(layer, below), base);
            const style = getComputedStyle(parent), ink = colour(style.color);
            const [high, low] = [light(over(ink, back, ink[3] * opacity)), light(back)].sort((one, other) => other - one);
            const ratio = (high + 0.05) / (low + 0.05), size = parseFloat(style.fontSize);
            const enough = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
            return ratio < enough ? `"${text}" is hard to read, ${ratio.toFixed(2)} : 1` : null;
          }

          function look() {
            const problems = [], list = texts();
            for (const [parent, text] of new Map(list.map((each) => [each.parent, each.text]))) {
              const problem = pale(parent, text);
              if (problem) problems.push(problem);
            }
            const wide = document.documentElement.scrollWidth;
            if (wide > judge.width() + tolerance) problems.push(`the page is ${wide} pixels wide`);
            for (const each of list) { const problem = cut(each); if (problem) problems.push(problem); }
            list.sort((one, other) => one.box.top - other.box.top);
            list.forEach((one, index) => {
              // Letters are smaller than their line.
              const slack = one.box.height * 0.2;
              for (let next = index + 1; next < list.length && list[next].box.top < one.box.bottom - slack; next += 1) {
                const other = list[next];
                if (one.layer !== other.layer || other.box.top + other.box.height * 0.2 > one.box.bottom - slack) continue;
                const shared = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
                if (shared > 2) problems.push(`"${one.text}" and "${other.text}" overlap`);
              }
            });
            return problems;
          }

          const settle = () => new Promise((done) => {
            setTimeout(done, 500);
            requestAnimationFrame(() => requestAnimationFrame(done));
          });

          async function pictures() {
            const list = [...document.images].filter((image) => image.getAttribute("src"));
            for (const image of list) image.loading = "eager";
            return (await Promise.all(list.map((image) => image.decode().then(() => null, () => `${name(image)} did not load`)))).filter(Boolean);
          }

          // Of this server those that are not answered well, and those to files.
          async function links() {
            const list = [...new Set([...document.querySelectorAll("a[href]")].map((link) => link.href.split("#")[0]))];
            const bad = [];
            for (const link of list) {
              const url = new URL(link);
              if (url.href === location.href.split("#")[0]) continue;
              if (url.protocol === "file:") bad.push(link);
              else if (url.origin === location.origin && !(await fetch(link, { method: "HEAD" })).ok) bad.push(link);
            }
            return bad;
          }

          // Of a long list of the same the first ones stand for all.
          const controls = () => [...(dialog() ?? document).querySelectorAll(
            "button, summary, select, input:not([type=hidden], [type=file]), [role=button], [role=tab], [onclick], a[href^='#']")]
            .filter((control) => !control.closest("li:nth-child(n+4)"));

          async function operate(index) {
            const control = controls()[index];
            if (!control || control.disabled || !isShown(control)) return "";
            const told = name(control);
            const tell = (type) => control.dispatchEvent(new Event(type, { bubbles: true }));
            if (control.tagName === "SELECT") {
              control.selectedIndex = control.options.length - 1;
              tell("change");
            } else if (control.type === "range") {
              control.value = (Number(control.min || 0) + Number(control.max || 100)) / 2;
              tell("input");
              tell("change");
            } else if (["text", "search", "number"].includes(control.type)) {
              control.value = "1";
              tell("input");
              tell("change");
              await settle();
              control.value = "";
              tell("input");
              tell("change");
            } else {
              control.click();
            }
            await settle();
            return told;
          }

          return { look, pictures, links, controls, operate, settle, dialog, width: () => document.documentElement.clientWidth };
        })();
        true
        """#
}
