extension PolicyBuilder {
    /// Reads the declared windows.
    mutating func readWindows() -> [Window] {
        var result: [Window] = []
        for entry in windows.entries {
            let zone = entry.node["timezone"].flatMap { readZone($0) }
            let days = entry.node["days"].map { readDays($0) } ?? []
            let hours = entry.node["hours"].map { readHours($0) } ?? []
            let except = entry.node["except"].map { readDates($0) } ?? []
            guard let zone, !days.isEmpty, !hours.isEmpty else { continue }
            let schedule = WindowSchedule(timezone: zone.name, days: days, hours: hours, except: except)
            result.append(Window(name: entry.name, span: entry.span, schedule: schedule, zone: zone))
        }
        return result.sorted { $0.name < $1.name }
    }

    private mutating func readZone(_ node: YAMLNode) -> TimeZoneRules? {
        guard let text = node.text, !text.isEmpty else { return nil }
        switch zones.lookUp(text) {
        case .success(let rules): return rules
        case .failure(.unknown):
            findings.add(
                .unknownZone(text, nearest: Suggestions.nearest(to: text, among: zones.names()), at: node.span))
        case .failure(let error): findings.add(.unusableZone(text, error.description, at: node.span))
        }
        return nil
    }

    private mutating func readDays(_ node: YAMLNode) -> Set<Weekday> {
        var days: Set<Weekday> = []
        for item in node.items {
            guard let text = item.text, !text.isEmpty else { continue }
            do throws(WeekdayError) {
                days.formUnion(try Weekday.days(parsing: text))
            } catch {
                let nearest = Suggestions.nearest(to: text, among: Weekday.words + ["mon-fri", "sat-sun"])
                findings.add(.badDays(text, error.description, nearest: nearest, at: item.span))
            }
        }
        return days
    }

    private mutating func readHours(_ node: YAMLNode) -> [HourRange] {
        var hours: [HourRange] = []
        for item in node.items {
            guard let text = item.text, !text.isEmpty else { continue }
            do throws(HourRangeError) {
                hours.append(try HourRange(parsing: text))
            } catch {
                findings.add(.badHours(text, error.description, at: item.span))
            }
        }
        return hours
    }

    private mutating func readDates(_ node: YAMLNode) -> Set<CivilDate> {
        var dates: Set<CivilDate> = []
        for item in node.items {
            guard let text = item.text, !text.isEmpty else { continue }
            do throws(CivilDateError) {
                dates.insert(try CivilDate(parsing: text))
            } catch {
                findings.add(.badDate(text, error.description, at: item.span))
            }
        }
        return dates
    }
}
