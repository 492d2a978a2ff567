/// Makes values of members once a whole document was read, or says which member is not what its model wants.
struct FieldResolver {
  /// The kind of error that a wrong member makes.
  let kind: ManifestDecodingError.Kind
  /// Whether a lone surrogate was replaced so far.
  var isLossy = false
  /// A reader over the document, for what was only skipped so far.
  let reader: JSONReader
  /// How much of a list of artifacts is wanted; `nil` for all of it.
  let limits: MirrorLimits?
  /// How many artifacts there was no room for.
  var artifactsLeftOut = 0
  private let keepsUnknownFields: Bool

  init(
    _ kind: ManifestDecodingError.Kind, over reader: JSONReader, keepingUnknownFields: Bool,
    within limits: MirrorLimits? = nil
  ) {
    self.kind = kind
    self.reader = reader
    self.limits = limits
    keepsUnknownFields = keepingUnknownFields
  }

  /// The members that a model does not know, if they are wanted.
  @inline(__always)
  func unknownFields<Members: JSONMembers>(besides record: Members) -> [JSONField] {
    guard keepsUnknownFields, record.objectWithUnknownFields != nil else { return [] }
    return (try? reader.unknownFields(besides: record)) ?? []
  }

  @inline(never)
  func error(
    _ name: StaticString, mustBe wanted: StaticString, butIs found: StaticString, isDamage: Bool = true
  ) -> ManifestDecodingError {
    ManifestDecodingError(kind, "The field \(name) must be \(wanted), but is \(found).", isDamage: isDamage)
  }

  @inline(__always)
  mutating func text(_ field: TextField, _ name: StaticString) throws(ManifestDecodingError) -> String {
    switch field {
    case .text(let text): return text.string(isLossy: &isLossy)
    case .absent: throw error(name, mustBe: "a text", butIs: "missing")
    case .other(let type): throw error(name, mustBe: "a text", butIs: type.phrase)
    }
  }

  @inline(__always)
  mutating func optionalText(_ field: TextField, _ name: StaticString) throws(ManifestDecodingError) -> String? {
    switch field {
    case .text(let text): return text.string(isLossy: &isLossy)
    case .absent, .other(.null): return nil
    case .other(let type): throw error(name, mustBe: "a text or null", butIs: type.phrase)
    }
  }

  /// A time that must say how far from UTC it is.
  @inline(__always)
  func zonedTime(_ field: TimeField, _ name: StaticString) throws(ManifestDecodingError) -> Timestamp? {
    if case .moment(let reading) = field {
      guard reading.hasOffset else { throw error(name, mustBe: "a time with an offset", butIs: "one without") }
      return reading.moment
    }
    // mad_prefect converts it, and fails.
    if case .beyond = field { return try time(.unreadable, name) }
    return try time(field, name)
  }

  /// A time that is taken as UTC where it does not say how far from it it is.
  @inline(__always)
  func time(_ field: TimeField, _ name: StaticString) throws(ManifestDecodingError) -> Timestamp? {
    switch field {
    case .moment(let reading): return reading.moment
    case .absent, .other(.null): return nil
    case .beyond:
      throw error(name, mustBe: "a time in the years 1 to 9999", butIs: "none of those in UTC", isDamage: false)
    case .unreadable:
      throw error(name, mustBe: "a time in the years 1 to 9999", butIs: "something that cannot be read as one")
    case .other(let type): throw error(name, mustBe: "a time or null", butIs: type.phrase)
    }
  }

  mutating func integer(_ field: IntegerField, _ name: StaticString) throws(ManifestDecodingError) -> Int64? {
    switch field {
    case .number(let number): return number
    case .absent, .tooLarge, .other(.null): return nil
    case .unreadable: throw error(name, mustBe: "a whole number", butIs: "something that cannot be read as one")
    case .other(let type): throw error(name, mustBe: "a whole number or null", butIs: type.phrase)
    }
  }

  /// The texts of an array.
  @inline(__always)
  mutating func paths(_ field: PathsField, _ name: StaticString) throws(ManifestDecodingError) -> [String] {
    switch field {
    case .list(let place, let count):
      guard count > 0 else { return [] }
      var room = MirrorLimits.Room(limits)
      var strings: [String] = []
      strings.reserveCapacity(min(count, room.count))
      var copy = reader
      var next = copy.firstText(of: place)
      while let text = next {
        let string = text.string(isLossy: &isLossy)
        guard room.takes(string.utf8.count) else { break }
        strings.append(string)
        next = copy.nextText()
      }
      artifactsLeftOut += count - strings.count
      return strings
    case .absent: return []
    case .mixed(let type): throw error(name, mustBe: "an array of texts", butIs: Self.holding(type))
    case .other(let type): throw error(name, mustBe: "an array of texts", butIs: type.phrase)
    }
  }

  private static func holding(_ type: JSONType) -> StaticString {
    switch type {
    case .object: "an array that holds an object"
    case .array: "an array that holds an array"
    case .text, .number: "an array that holds a number"
    case .true, .false: "an array that holds a boolean"
    case .null: "an array that holds null"
    }
  }

  /// Whether two arrays hold the same spellings, so that one value can stand for both.
  @inline(__always)
  func areSpelledAlike(_ left: PathsField, _ right: PathsField) -> Bool {
    guard case .list(let leftPlace, let count) = left, case .list(let rightPlace, count) = right else { return false }
    guard count > 0 else { return true }
    var first = reader
    var second = reader
    guard var one = first.firstText(of: leftPlace), var other = second.firstText(of: rightPlace) else { return false }
    while one.isSpelled(like: other) {
      guard let left = first.nextText(), let right = second.nextText() else { return true }
      (one, other) = (left, right)
    }
    return false
  }
}
