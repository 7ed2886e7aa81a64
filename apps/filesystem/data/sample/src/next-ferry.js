const departures = ['06:30', '08:00', '09:30', '11:00', '13:15', '15:00', '16:45', '18:30', '20:15'];

/** The first departure after a time of day, or the first one tomorrow. */
export function nextFerry(time) {
  return departures.find((departure) => departure > time) ?? departures[0];
}

if (process.argv[2] !== undefined) {
  console.log(nextFerry(process.argv[2]));
}
