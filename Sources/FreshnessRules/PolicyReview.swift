package import ManifestModel

/// Finds in a policy what is allowed but hardly meant.
package struct PolicyReview {
  private let policy: Policy
  private let now: Timestamp
  private var warnings: [PolicyFault] = []

  /// What a person should look at, in the order of the file.
  ///
  /// - Parameter census: What the rules match; `nil` where no assets are known.
  package static func warnings(
    _ policy: Policy, _ census: PolicyCensus?, _ zones: TimeZoneFolder, now: Timestamp
  ) -> [PolicyFault] {
    var review = PolicyReview(policy: policy, now: now)
    review.lookAtPart(policy.top, PlacedJSON.Place(line: 1, column: 1))
    review.lookAtCalendars()
    for (index, rule) in policy.rules.enumerated() {
      if let census { review.lookAtReach(index, rule, census) }
      review.lookAtPart(rule.part, rule.place)
    }
    review.lookAtZones(zones)
    return review.warnings.sorted { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
  }

  private init(policy: Policy, now: Timestamp) {
    self.policy = policy
    self.now = now
  }

  private mutating func warn(_ place: PlacedJSON.Place, _ message: String) {
    warnings.append(PlacedJSON.Complaint(place: place, message: message))
  }

  private mutating func lookAtReach(_ index: Int, _ rule: Policy.Rule, _ census: PolicyCensus) {
    if census.matched[index] == 0 {
      warn(rule.place, "the rule \(quoted(rule.title)) matches no asset; correct its pattern, or remove it")
    } else if rule.part.demand != nil, census.decided[index] == 0, let hider = census.hider(of: index) {
      let other = policy.rules[hider]
      warn(
        rule.place,
        "the rule \(quoted(rule.title)) is never reached: \(quoted(other.title)) in line \(other.place.line) decides before it; move it up"
      )
    }
  }

  private mutating func lookAtPart(_ part: Policy.Part, _ start: PlacedJSON.Place) {
    guard let demand = part.demand else { return }
    if let pausedUntil = demand.pausedUntil, pausedUntil <= now {
      warn(part.places["paused_until"] ?? start, "the pause is over since \(pausedUntil); remove it")
    }
    guard let deadline = demand.deadline else { return }
    let room = deadline.window.saturatingAdd(deadline.grace)
    if let (first, second) = crowded(deadline.schedule, room) {
      let gap = DurationText.text(second.microseconds - first.microseconds)
      warn(
        part.places["cron"] ?? start,
        "'window' and 'grace' are \(DurationText.text(room)) together, but from \(first) to \(second) are only \(gap): one run would count twice; shorten them"
      )
    }
  }

  /// The first two ticks of the next 400 days that are nearer to each other than this.
  private func crowded(_ schedule: CronSchedule, _ room: Int64) -> (Timestamp, Timestamp)? {
    let end = now.adding(400 * 86_400_000_000)
    var last = schedule.next(after: now)
    while let first = last, let second = schedule.next(after: first), second < end {
      if second.microseconds - first.microseconds < room { return (first, second) }
      last = second
    }
    return nil
  }

  private mutating func lookAtCalendars() {
    let today = now.microseconds.flooredQuotient(86_400_000_000)
    for (name, days) in policy.calendars.sorted(by: { $0.key < $1.key })
    where !days.contains(where: { (today...today + 90).contains($0) }) {
      warn(
        policy.calendarPlaces[name] ?? PlacedJSON.Place(line: 1, column: 1),
        "the calendar \(quoted(name)) has no date in the next 90 days; add those of the coming year")
    }
  }

  private mutating func lookAtZones(_ zones: TimeZoneFolder) {
    var names: [String: PlacedJSON.Place] = [:]
    for part in [policy.top] + policy.rules.map(\.part) {
      guard let place = part.places["timezone"] else { continue }
      let name = part.demand?.deadline?.schedule.zone.name ?? policy.timezone.name
      if names[name] == nil { names[name] = place }
    }
    for (name, place) in names where name.hasPrefix("Etc/GMT+") || name.hasPrefix("Etc/GMT-") {
      let isWest = name.hasPrefix("Etc/GMT+")
      warn(
        place,
        "\(quoted(name)) lies \(isWest ? "west" : "east") of Greenwich, against what its sign seems to say; name a place, such as Europe/London"
      )
    }
    let usesFiles = names.keys.contains { $0 != "UTC" }
    if usesFiles, zones.isOld(at: now), let version = zones.version,
      let place = names.values.min(by: { $0.line < $1.line })
    {
      warn(place, "the time zones of this system are those of \(version), more than a year old; upgrade tzdata")
    }
  }
}
