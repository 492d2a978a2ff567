import AssetCatalog
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("The page")
struct PageFormTests {
  private func page(_ report: Morning) throws -> String {
    var sink = ByteSink(descriptor: nil)
    try PageForm.write(report.report, to: &sink)
    return String(decoding: sink.bytes, as: UTF8.self)
  }

  private func tags(_ report: Morning) throws -> [PageTokens.Tag] { PageTokens(try page(report)).tags }

  @Test("has the elements and attributes of the program alone, whatever the names and errors are")
  func inert() throws {
    let ordinary = try tags(MorningSamples.ordinary)
    let hostile = try tags(MorningSamples.hostile)
    let elements = Set(ordinary.map(\.name))
    let attributes = Set(ordinary.flatMap(\.attributes).map(\.name))
    #expect(Set(hostile.map(\.name)).subtracting(elements).isEmpty)
    #expect(Set(hostile.flatMap(\.attributes).map(\.name)).subtracting(attributes).isEmpty)
    #expect(attributes.allSatisfy { $0 != "style" && !$0.hasPrefix("on") && $0 != "src" })
    for name in ["script", "style"] { #expect(hostile.count { $0.name == name && !$0.isEnd } == 1) }
    #expect(!elements.contains("img") && !elements.contains("iframe"))
  }

  @Test("closes every element that it opens, in order")
  func balanced() throws {
    for report in [MorningSamples.ordinary, MorningSamples.hostile, Morning.empty] {
      var open: [String] = []
      for tag in try tags(report) where !["!doctype", "meta", "input"].contains(tag.name) && tag.name != "path" {
        if !tag.isEnd { open.append(tag.name) } else { #expect(open.popLast() == tag.name) }
      }
      #expect(open.isEmpty)
    }
  }

  @Test("links only to places that it has, and gives each place its own name")
  func links() throws {
    for report in [MorningSamples.ordinary, MorningSamples.hostile] {
      let tags = try tags(report)
      let names = tags.compactMap { $0["id"] }
      #expect(Set(names).count == names.count)
      let links = tags.compactMap { $0["href"] }
      #expect(links.count { $0.hasPrefix("#asset=") } > 0)
      for link in links where link.hasPrefix("#asset=") { #expect(names.contains(String(link.dropFirst()))) }
      #expect(names.count { $0.hasPrefix("asset=") } == report.assets.count)
    }
  }

  @Test("makes a link of a runbook only where it is an address of the web")
  func runbooks() throws {
    let foreign = try tags(MorningSamples.hostile).compactMap { $0["href"] }.filter { !$0.hasPrefix("#") }
    #expect(foreign.isEmpty)
    let ordinary = try tags(MorningSamples.ordinary).filter { $0["href"]?.hasPrefix("#") == false }
    #expect(ordinary.map { $0["href"] } == ["https://wiki.example/runbooks/gold"])
    #expect(ordinary.allSatisfy { $0["rel"] == "noreferrer" })
  }

  @Test("shows every hostile text as text")
  func shown() throws {
    let text = PageTokens(try page(MorningSamples.hostile)).text
    for name in [
      "<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "null\\u{0}byte", "\\u{202e}gpj.exe",
      "\\u{1b}[31mred", "zero\\u{200b}width\\u{feff}", "\\u{2028}\\u{2029}\\u{9b}31m", "naïve 名前 👩‍👩‍👧",
      "a&amp;b &lt;i&gt;",
    ] {
      #expect(text.contains(name))
    }
  }

  @Test(
    "shows a text through one function",
    arguments: [
      ("a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;"), ("plain", "plain"), ("", ""),
      ("\u{0}\u{7f}\u{85}", "\\u{0}\\u{7f}\\u{85}"),
      ("é 中 👩‍👧", "é 中 👩‍👧"), ("\u{200e}\u{200f}\u{61c}\u{ad}", "\\u{200e}\\u{200f}\\u{61c}\\u{ad}"),
      ("\u{2066}x\u{2069}\u{2060}", "\\u{2066}x\\u{2069}\\u{2060}"), ("\u{e0041}", "\\u{e0041}"),
      ("a\nb\tc", "a\\u{a}b\\u{9}c"),
      ("Ø ﷺ ڪ \u{1800}", "Ø ﷺ ڪ \u{1800}"), ("\u{feff}\u{180e}", "\\u{feff}\\u{180e}"),
      ("no-break\u{a0}space", "no-break\u{a0}space"),
    ])
  func escaping(_ text: String, _ shown: String) {
    var sink = ByteSink(descriptor: nil)
    sink.appendHTML(text)
    #expect(String(decoding: sink.bytes, as: UTF8.self) == shown)
  }

  @Test("says first how bad it is, and how many are in each state")
  func verdict() throws {
    let page = try self.page(MorningSamples.ordinary)
    #expect(page.contains("<title>7 to do · storage</title>"))
    #expect(page.contains("7 assets need somebody</h1>"))
    #expect(page.contains("<b>2 critical</b> · 3 new since yesterday · longest late 2d 3h: "))
    let cards = PageTokens(page).tags.filter { $0.name == "details" && $0["class"]?.hasPrefix("card") == true }
    #expect(
      cards.map { $0["id"]!.split(separator: "/")[0] } == [
        "asset=export.partner_feed", "asset=gold.revenue_daily", "asset=bronze.broken", "asset=ml.embeddings",
        "asset=silver.torn", "asset=bronze.orders_us", "asset=silver.sessions",
      ])
    let tiles = PageTokens(page).tags.filter { $0["class"]?.hasPrefix("tile") == true && $0.name == "a" }
    #expect(tiles.map { $0["data-f"]! } == ["never", "unknown", "stale", "warn", "fresh", "ignored"])
  }

  @Test("says that nothing is wrong where nothing is, and that there is nothing where there is nothing")
  func quiet() throws {
    var report = MorningSamples.ordinary
    report.assets.removeAll { $0.level != .ok }
    let page = try page(report)
    #expect(page.contains("<title>ok · storage</title>"))
    #expect(page.contains("Nothing needs somebody</h1>"))
    let empty = try self.page(.empty)
    #expect(empty.contains("There are no assets</h1>"))
  }

  @Test("says what makes it less than the whole truth")
  func trust() throws {
    var report = MorningSamples.ordinary
    let whole = try page(report)
    #expect(!whole.contains("<p class=\"old\">"))
    report.asOf = MorningSamples.hours(-5)
    report.gaps = AnswerGaps(unsettledFiles: 0, unreadableFolders: 2)
    let page = try page(report)
    #expect(page.contains("<p class=\"old\">The index was 5h old when this page was written"))
    #expect(page.contains("2 folders of the tree cannot be read: "))
    report.asOf = nil
    let blind = try self.page(report)
    #expect(blind.contains("the index was never reconciled"))
  }

  @Test("has the same bytes whenever it is written of the same report")
  func reproducible() throws {
    let (first, second) = (try page(MorningSamples.ordinary), try page(MorningSamples.ordinary))
    #expect(first == second)
  }

  @Test("allows its own style and script by their hashes, and nothing else")
  func policy() throws {
    // The digest of nothing, as every tool prints it.
    #expect(PageSource.hash("") == "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    let tag = try #require(try tags(MorningSamples.hostile).first { $0["http-equiv"] != nil })
    #expect(
      tag["content"] == "default-src 'none'; style-src '\(PageStyle.hash)'; script-src '\(PageScript.hash)'; "
        + "base-uri 'none'; form-action 'none'")
    #expect(!PageScript.text.contains("</") && !PageStyle.text.contains("<"))
    #expect(!PageScript.text.contains("innerHTML"))
  }

  @Test("keeps to its size: style, script, and what an asset takes")
  func budget() throws {
    #expect(PageStyle.text.utf8.count <= 15_360)
    #expect(PageScript.text.utf8.count <= 6_144)
    let large = try page(MorningSamples.large(10_000)).utf8.count
    #expect(large / 10_000 <= 1100)
  }

  @Test("leaves out the rows of those that are well above its limit, and counts all")
  func cut() throws {
    var report = MorningSamples.large(1000)
    report.assetLimit = 500
    let page = try page(report)
    let rows = PageTokens(page).tags.filter { $0.name == "tr" && !$0.isEnd && $0["class"] != nil }
    #expect(rows.count == report.assets.count { $0.level != .ok })
    #expect(page.contains("<h2>All assets <span>1,000</span></h2>"))
  }
}

extension Morning {
  static var empty: Morning {
    Morning(root: "/", asOf: nil, policy: "no policy file")
  }
}

@Suite("The parts of the page")
struct PagePartTests {
  @Test("Errors that differ only in numbers are one line, with each asset once")
  func groups() {
    let groups = MorningSamples.ordinary.report.failures.groups
    #expect(groups.map(\.count) == [3, 2, 1, 1])
    #expect(groups[1].error == "CUDAOutOfMemoryError: tried to allocate 2.40 GiB; 1.09 GiB free")
    #expect(groups[0].assets.elements.map(\.name) == ["gold.revenue_daily"])
    #expect(groups[1].latest == MorningSamples.hours(-1.8))
    #expect(groups[3].outcome == .interrupted && groups[3].error == nil)
  }

  @Test(
    "Numbers of every kind are taken out of an error",
    arguments: [
      ("port 5432 at 10.2.0.14", "port # at #.#.#.#"), ("run 7f3a9c21 failed", "run # failed"),
      ("id 550e8400-e29b-41d4-a716-446655440000", "id #-e#b-#d#-a#-#"), ("no number", "no number"),
      ("table t12 face", "table t# face"), ("\u{1b}[31mred 1\u{1b}[0m\nsecond line", "red #"),
      ("\n\n  \nthird", "third"),
    ])
  func numbers(_ error: String, _ pattern: String) {
    #expect(ErrorText.pattern(error) == pattern)
  }

  @Test("No family is longer than can be read, and every asset is in one of them")
  func families() {
    let report = MorningSamples.large(5000)
    let families = PageFamilies(report.report.assets).families
    #expect(families.allSatisfy { $0.rows.count <= 250 && !$0.isOpen })
    #expect(families.flatMap(\.rows).sorted() == Array(report.assets.indices))
    #expect(Set(families.map(\.title)).count == families.count)
    #expect(families.contains { $0.title.hasPrefix("mart.sales ") })
    let ordinary = MorningSamples.ordinary
    let small = PageFamilies(ordinary.report.assets).families
    #expect(small.map(\.title) == ["bronze", "export", "gold", "ml", "silver", "tmp", "names of one part"])
    #expect(small.allSatisfy { $0.isOpen })
  }

  @Test(
    "A word of a command is quoted where a shell would read more than a word",
    arguments: [
      ("bronze.orders", "bronze.orders"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''"), ("$(x)", "'$(x)'"),
    ])
  func shell(_ text: String, _ word: String) { #expect(ShellText.word(text) == word) }
}
