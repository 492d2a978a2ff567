import AssetCatalog
import FreshnessRules

/// The file of `freshness --policy`: how old which assets may be.
///
/// ```json
/// {"max_age": "24h", "warn_after": "12h", "rules": [{"name": "bronze.*", "max_age": "6h", "warn_after": "4h"}]}
/// ```
/// `max_age` and `warn_after` at the top hold where no rule matches; without them that is 24 hours and no warning. The first
/// rule whose `name` (a GLOB) matches counts. The file is read strictly, since a misspelled key would silence an alarm.
enum PolicyFile {
  /// The maximum age where nobody says otherwise.
  static let defaultMaxAge: Duration = .seconds(86400)

  /// The policy that the bytes of a file describe.
  static func parse(_ bytes: [UInt8]) throws(PlacedJSON.Complaint) -> FreshnessPolicy {
    let document = try PlacedJSON.parse(bytes)
    let top = try Members(document, of: "the policy", known: ["max_age", "warn_after", "rules"])
    let maxAge = try top.duration("max_age")
    let warnAfter = try top.duration("warn_after")
    try requireOrder(warnAfter, below: maxAge?.value ?? defaultMaxAge)
    var policy = FreshnessPolicy(maxAge: maxAge?.value ?? defaultMaxAge, warnAfter: warnAfter?.value)
    for rule in try top.list("rules") {
      policy.rules.append(try self.rule(rule))
    }
    return policy
  }

  private static func rule(_ element: PlacedJSON) throws(PlacedJSON.Complaint) -> FreshnessPolicy.Rule {
    let members = try Members(element, of: "a rule", known: ["name", "max_age", "warn_after"])
    let name = try members.required("name")
    guard case .string(let pattern) = name.value else {
      throw .init(place: name.place, message: "\"name\" is \(name.kind); write a text such as \"bronze.*\"")
    }
    if let fault = GlobPattern.fault(in: pattern) {
      throw .init(place: name.place, message: "\"name\" is no pattern: \(fault)")
    }
    let maxAge = try members.duration(try members.required("max_age"), "max_age")
    let warnAfter = try members.duration("warn_after")
    try requireOrder(warnAfter, below: maxAge.value)
    return FreshnessPolicy.Rule(name: pattern, maxAge: maxAge.value, warnAfter: warnAfter?.value)
  }

  private static func requireOrder(_ warnAfter: PlacedDuration?, below maxAge: Duration) throws(PlacedJSON.Complaint) {
    guard let warnAfter, warnAfter.value >= maxAge else { return }
    throw .init(
      place: warnAfter.place,
      message: "\"warn_after\" is not shorter than \"max_age\", so it would never warn; shorten it")
  }

  private struct PlacedDuration {
    let place: PlacedJSON.Place
    let value: Duration
  }

  /// The members of an object, all of them known.
  private struct Members {
    private let owner: String
    private let place: PlacedJSON.Place
    private let members: [PlacedJSON.Member]

    init(_ json: PlacedJSON, of owner: String, known: [String]) throws(PlacedJSON.Complaint) {
      guard case .object(let members) = json.value else {
        throw .init(
          place: json.place,
          message: "\(owner) is \(json.kind); write an object with \(known.map { "\"\($0)\"" }.joined(separator: ", "))"
        )
      }
      if let stranger = members.first(where: { !known.contains($0.key) }) {
        throw .init(
          place: stranger.place,
          message: "\(quoted(stranger.key)) means nothing in \(owner); it may hold \(known.joined(separator: ", "))")
      }
      self.owner = owner
      self.place = json.place
      self.members = members
    }

    func member(_ key: String) -> PlacedJSON? {
      members.first { $0.key == key }?.value
    }

    func required(_ key: String) throws(PlacedJSON.Complaint) -> PlacedJSON {
      guard let value = member(key) else {
        throw .init(place: place, message: "\(owner) has no \"\(key)\"; add one")
      }
      return value
    }

    func duration(_ key: String) throws(PlacedJSON.Complaint) -> PlacedDuration? {
      guard let json = member(key) else { return nil }
      return try duration(json, key)
    }

    func duration(_ json: PlacedJSON, _ key: String) throws(PlacedJSON.Complaint) -> PlacedDuration {
      guard case .string(let text) = json.value else {
        throw .init(place: json.place, message: "\"\(key)\" is \(json.kind); write a text such as \"24h\"")
      }
      do {
        return PlacedDuration(place: json.place, value: try DurationText.duration(text))
      } catch {
        throw .init(place: json.place, message: "in \"\(key)\", \(error.message)")
      }
    }

    func list(_ key: String) throws(PlacedJSON.Complaint) -> [PlacedJSON] {
      guard let json = member(key) else { return [] }
      guard case .array(let elements) = json.value else {
        throw .init(place: json.place, message: "\"\(key)\" is \(json.kind); write a list of rules")
      }
      return elements
    }
  }
}
