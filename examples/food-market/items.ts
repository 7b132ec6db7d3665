/** The 78 items of the World Bank's monthly food prices, in the order of the file's columns, with their groups. */

/** Group of an item; INDEX is for the one that is no price. */
export type ItemGroup =
  | "CEREALS"
  | "ROOTS"
  | "PULSES_AND_NUTS"
  | "FRUIT"
  | "VEGETABLES"
  | "MEAT"
  | "LIVESTOCK"
  | "FISH"
  | "DAIRY_AND_EGGS"
  | "OILS"
  | "SUGAR"
  | "CONDIMENTS"
  | "BEVERAGES"
  | "INDEX";

export const ITEMS = [
  ["apples", "FRUIT"],
  ["bananas", "FRUIT"],
  ["beans", "PULSES_AND_NUTS"],
  ["bread", "CEREALS"],
  ["bulgur", "CEREALS"],
  ["cabbage", "VEGETABLES"],
  ["carrots", "VEGETABLES"],
  ["cassava", "ROOTS"],
  ["cassava_flour", "ROOTS"],
  ["cassava_meal", "ROOTS"],
  ["cheese", "DAIRY_AND_EGGS"],
  ["chickpeas", "PULSES_AND_NUTS"],
  ["chili", "CONDIMENTS"],
  ["coffee_instant", "BEVERAGES"],
  ["couscous", "CEREALS"],
  ["cowpeas", "PULSES_AND_NUTS"],
  ["cucumbers", "VEGETABLES"],
  ["dates", "FRUIT"],
  ["eggplants", "VEGETABLES"],
  ["eggs", "DAIRY_AND_EGGS"],
  ["fish", "FISH"],
  ["fish_catfish", "FISH"],
  ["fish_mackerel", "FISH"],
  ["fish_salted", "FISH"],
  ["fish_sardine_canned", "FISH"],
  ["fish_smoked", "FISH"],
  ["fish_tilapia", "FISH"],
  ["fish_tuna_canned", "FISH"],
  ["gari", "ROOTS"],
  ["garlic", "VEGETABLES"],
  ["groundnuts", "PULSES_AND_NUTS"],
  ["groundnuts_paste", "PULSES_AND_NUTS"],
  ["lentils", "PULSES_AND_NUTS"],
  ["lettuce", "VEGETABLES"],
  ["livestock_sheep_two_year_old_male", "LIVESTOCK"],
  ["livestocksheep_castrated_male", "LIVESTOCK"],
  ["maize", "CEREALS"],
  ["maize_flour", "CEREALS"],
  ["maize_meal", "CEREALS"],
  ["meat_beef", "MEAT"],
  ["meat_beef_canned", "MEAT"],
  ["meat_beef_chops", "MEAT"],
  ["meat_beef_minced", "MEAT"],
  ["meat_buffalo", "MEAT"],
  ["meat_chicken", "MEAT"],
  ["meat_chicken_broiler", "MEAT"],
  ["meat_chicken_frozen", "MEAT"],
  ["meat_chicken_plucked", "MEAT"],
  ["meat_chicken_whole", "MEAT"],
  ["meat_chicken_whole_frozen", "MEAT"],
  ["meat_goat", "MEAT"],
  ["meat_lamb", "MEAT"],
  ["meat_pork", "MEAT"],
  ["milk", "DAIRY_AND_EGGS"],
  ["millet", "CEREALS"],
  ["oil", "OILS"],
  ["onions", "VEGETABLES"],
  ["oranges", "FRUIT"],
  ["parsley", "VEGETABLES"],
  ["pasta", "CEREALS"],
  ["peas", "PULSES_AND_NUTS"],
  ["plantains", "ROOTS"],
  ["potatoes", "ROOTS"],
  ["pulses", "PULSES_AND_NUTS"],
  ["rice", "CEREALS"],
  ["rice_various", "CEREALS"],
  ["salt", "CONDIMENTS"],
  ["sesame", "PULSES_AND_NUTS"],
  ["sorghum", "CEREALS"],
  ["sorghum_food_aid", "CEREALS"],
  ["sugar", "SUGAR"],
  ["tea", "BEVERAGES"],
  ["tomatoes", "VEGETABLES"],
  ["tomatoes_paste", "VEGETABLES"],
  ["wheat", "CEREALS"],
  ["wheat_flour", "CEREALS"],
  ["yogurt", "DAIRY_AND_EGGS"],
  ["food_price_index", "INDEX"],
] as const satisfies readonly (readonly [name: string, group: ItemGroup])[];

export type ItemName = (typeof ITEMS)[number][0];

export const ITEM_NAMES: readonly ItemName[] = ITEMS.map(([name]) => name);

/** The one item that is an index near 1 and no price. */
export const FOOD_PRICE_INDEX = ITEMS.length - 1;

/** What each item has six of, as the file's columns begin, and as the model's columns are called. */
export const METRICS = [
  ["o", "open"],
  ["h", "high"],
  ["l", "low"],
  ["c", "close"],
  ["inflation", "inflation"],
  ["trust", "trust"],
] as const;

type Prefix = (typeof METRICS)[number][0];
export type MetricColumn = `${Prefix}_${ItemName}`;

/** The 468 columns behind the first five, item by item. */
export const METRIC_COLUMNS: readonly MetricColumn[] = ITEM_NAMES.flatMap((item) =>
  METRICS.map(([prefix]): MetricColumn => `${prefix}_${item}`),
);
