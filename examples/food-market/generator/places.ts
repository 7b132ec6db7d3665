/** The 36 countries with their towns, and the money their prices are in. Names are real; every figure made is not. */

export interface Country {
  /** As the bank writes it, with commas removed. */
  readonly name: string;
  /** About how many units of its money a dollar was worth in 2007. */
  readonly unitsPerDollar: number;
  readonly towns: readonly string[];
}

type Line = readonly [name: string, unitsPerDollar: number, towns: string];

/** Some towns have a namesake in another country, as in the bank's file: Aba, Rosso, Bo, Bangladesh. */
const LINES: readonly Line[] = [
  ["Afghanistan", 50, "Badakhshan|Badghis|Balkh|Kabul|Kandahar"],
  ["Armenia", 345, "Armavir|Gyumri|Ijevan|Vanadzor|Yerevan"],
  ["Bangladesh", 69, "Barisal Sadar|Bogra|Cox's Bazar|Dhaka|Sylhet"],
  ["Burkina Faso", 480, "Fada N'Gourma|Batié|Bogandé|Pô|Ouagadougou"],
  ["Burundi", 1080, "Bujumbura|Gitega|Kirundo|Ngozi|Rugombo"],
  ["Cameroon", 480, "Maroua|N'Gaoundéré|Yaoundé|Bertoua|Kousséri"],
  ["Central African Republic", 480, "Bangui|Bambari|Bria|Birao|Berbérati"],
  ["Chad", 480, "N'Djaména|Abéché|Am-Zoer|Moundou|Mao"],
  ["Congo Dem Rep", 560, "Aba|Goma|Kananga|Mbuji-Mayi|Bandundu ville"],
  ["Congo Rep", 480, "Brazzaville|Pointe-Noire|Owando|Impfondo|Bétou"],
  ["Gambia The", 27, "Banjul|Bakau|Basse Santa Su|Brikama|Farafenni"],
  ["Guinea", 4000, "Conakry|Kankan|Labé|N'Zérékoré|Bo"],
  ["Guinea-Bissau", 480, "Bissau-Bandim|Bafatá|Gabú|São Domingos|Catió"],
  ["Haiti", 37, "Port-au-Prince|Cap-Haïtien|Jérémie|Gonaïves|Les Cayes"],
  ["Indonesia", 9100, "Pasar Aek Habil|Pasar Agung|Pasar Baru|Pasar Johar|Pasar Minggu"],
  ["Iraq", 1250, "Baghdad|Basra|Erbil|Mosul|Najaf"],
  ["Kenya", 67, "Nairobi|Bangladesh (Mombasa)|Eldoret town (Uasin Gishu)|Garissa|Kisumu"],
  ["Lao PDR", 9600, "Vientiane|Luang Prabang|Pakse|Savannakhet|Xam Neua"],
  ["Lebanon", 1500, "Beirut|Tripoli|Sidon|Tyre|Zahlé"],
  ["Liberia", 60, "Monrovia|Bo Waterside|Buchanan|Gbarnga|Voinjama"],
  ["Libya", 1.3, "Tripoli|Benghazi|Misrata|Sabha|Zuwara"],
  ["Malawi", 140, "Area 23|Balaka Boma|Bembeke turn off|Lizulu|Mzuzu"],
  ["Mali", 480, "Bamako|Ségou|Gao|Ménaka|Tombouctou"],
  ["Mauritania", 26, "Rosso|Nouakchott|Barkéol|Adel Bagrou|Kaédi"],
  ["Mozambique", 26, "Alto Molócuè|Angónia|Beira|Chókwè|Nampula"],
  ["Myanmar", 1200, "Yangon|Mandalay|Sittwe|Myitkyina|Hpa-An"],
  ["Niger", 480, "Niamey|Abala|Agadez Commune|Maradi|Téra"],
  ["Nigeria", 125, "Aba|Bade (Gashua)|Baga Road|Kano|Maiduguri"],
  ["Philippines", 46, "Abra|Basilan|Metro Manila|Biñan|Zamboanga"],
  ["Senegal", 480, "Bakel|N'Doffane|Rosso|Thiès|Saint-Louis"],
  ["Somalia", 16_000, "Afgooye|Bakaara|Baidoa|Belet Xaawo|Galkacyo"],
  ["South Sudan", 3, "Juba|Abyei|Aweil Town|Bentiu|Wau"],
  ["Sri Lanka", 110, "Colombo City|Ampara|Jaffna|Kandy|Badulla"],
  ["Sudan", 2, "Al Fashir|Damazin|Ed Damer|Khartoum|Abyei"],
  ["Syrian Arab Republic", 50, "Aleppo|Damascus|Dar'a|Al-Hasakah|Homs"],
  ["Yemen Rep", 198, "Aden City|Al Hudaydah|Sana'a|Ta'iz|Ma'rib"],
];

export const COUNTRIES: readonly Country[] = LINES.map(([name, unitsPerDollar, towns]) => ({
  name,
  unitsPerDollar,
  towns: towns.split("|"),
}));

/** How a second, third, … market of one town is told from the first. */
const BYNAMES = ["", " (rural)", " Central", " Old Market", " Station"];

/** The name of a country's market number `n`, from 0: towns first, then more markets of the same towns. */
export function marketName({ towns }: Country, n: number): string {
  const round = Math.floor(n / towns.length);
  return `${towns[n % towns.length] ?? ""}${BYNAMES[round] ?? ` ${round}`}`;
}
