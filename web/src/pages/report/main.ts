import '../../ui/theme.css';
import '../../ui/phone.css';
import { mount } from 'svelte';
import ReportPage from './ReportPage.svelte';

const target = document.getElementById('page');
if (target) mount(ReportPage, { target });
