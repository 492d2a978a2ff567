/// Members of an object, collected as Python's `dict` collects them.
///
/// A key that comes again takes its last value and keeps its first place. Keys are compared as Python compares them: by
/// code points, lone surrogates included.
struct JSONFieldList {
  private(set) var fields: [JSONField] = []
  /// The place of each key, once there are too many to look through.
  private var places: [[UInt8]: Int] = [:]

  /// Sets the value of a key that is given in WTF-8.
  mutating func set(_ key: [UInt8], to rawValue: [UInt8]) {
    let field = JSONField(wideKey: key, rawValue: rawValue)
    if let place = place(of: key) {
      fields[place] = field
    } else {
      if !places.isEmpty { places[key] = fields.count }
      fields.append(field)
    }
  }

  private mutating func place(of key: [UInt8]) -> Int? {
    if fields.count < 16 { return fields.firstIndex { $0.wideKey == key } }
    if places.isEmpty {
      for (index, field) in fields.enumerated() { places[field.wideKey] = index }
    }
    return places[key]
  }
}
