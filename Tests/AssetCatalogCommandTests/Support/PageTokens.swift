/// The tags of a page as a browser reads them, as far as the page uses HTML: enough to see what became an element.
struct PageTokens {
  struct Tag {
    var name: String
    var isEnd: Bool
    var attributes: [(name: String, value: String)]
    subscript(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
  }

  private(set) var tags: [Tag] = []
  /// The texts between the tags, those of the script and the style left out.
  private(set) var text = ""

  init(_ page: String) {
    let bytes = Array(page.utf8)
    var place = 0
    func matches(_ word: String, at start: Int) -> Bool {
      let word = Array(word.utf8)
      return start + word.count <= bytes.count && Array(bytes[start..<start + word.count]) == word
    }
    while place < bytes.count {
      let isTag =
        bytes[place] == 0x3C && place + 1 < bytes.count
        && (bytes[place + 1] | 0x20 >= 0x61 && bytes[place + 1] | 0x20 <= 0x7A
          || [0x2F, 0x21].contains(bytes[place + 1]))
      guard isTag else {
        let start = place
        while place < bytes.count, place == start || bytes[place] != 0x3C { place += 1 }
        text += Self.decoded(String(decoding: bytes[start..<place], as: UTF8.self))
        continue
      }
      place += 1
      let isEnd = bytes[place] == 0x2F
      if isEnd { place += 1 }
      var tag = Tag(name: "", isEnd: isEnd, attributes: [])
      func word(_ ends: [UInt8]) -> String {
        let start = place
        while place < bytes.count, !ends.contains(bytes[place]) { place += 1 }
        return String(decoding: bytes[start..<place], as: UTF8.self)
      }
      tag.name = word([0x20, 0x0A, 0x2F, 0x3E])
      while place < bytes.count, bytes[place] != 0x3E {
        if [0x20, 0x0A, 0x2F].contains(bytes[place]) {
          place += 1
          continue
        }
        let name = word([0x3D, 0x20, 0x0A, 0x2F, 0x3E])
        var value = ""
        if place + 1 < bytes.count, bytes[place] == 0x3D {
          place += 1
          if [0x22, 0x27].contains(bytes[place]) {
            let quote = bytes[place]
            place += 1
            value = word([quote])
            place += 1
          } else {
            value = word([0x20, 0x0A, 0x3E])
          }
        }
        tag.attributes.append((name, Self.decoded(value)))
      }
      place += 1
      tags.append(tag)
      if !isEnd, tag.name == "script" || tag.name == "style" {
        while place < bytes.count, !matches("</\(tag.name)", at: place) { place += 1 }
      }
    }
  }

  /// A text with its references resolved.
  static func decoded(_ text: String) -> String {
    var result = ""
    var rest = Substring(text)
    let known = ["&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'", "&amp;": "&"]
    while let first = rest.first {
      if first == "&", let (reference, character) = known.first(where: { rest.hasPrefix($0.key) }) {
        result += character
        rest = rest.dropFirst(reference.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
