/** A test number for a child born on `date` (`YYYY-MM-DD`): month part 61–72, the rule of those born from 2000, sequence from `order` (1–499). */
export function testNumber(date: string, order: number): string {
  const [year = '', month = '', day = ''] = date.split('-');
  const body = `${year.slice(2)}${Number(month) + 60}${day}${String(order * 2 - 1).padStart(3, '0')}`;
  const check = 97 - (Number(`2${body}`) % 97);
  return `${body}${String(check).padStart(2, '0')}`;
}
